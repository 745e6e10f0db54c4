/** A file of a training set, read when it is written: one at a time, so that memory does not grow with the set. */
export interface TrainingFile {
  /** Relative to the whole, with `/`: `10_m1r4s0l woman/mira_sol_image_00002.png`. */
  name: string;
  read: () => Promise<Uint8Array>;
  /** Its date in an archive, epoch ms. */
  atMs: number;
  /** True for what packs well: text. */
  isText: boolean;
}
