import type { Job } from '../ledger/records.ts';
import type { RunnerContext } from './context.ts';

/** Never start paid work with less than this free (docs/ledger.md, "Space on the disk"). */
const FREE_MIN_BYTES = 64 * 1024 * 1024;
/** What the ledger may take while what is under way is written down. */
const LEDGER_FREE_MIN_BYTES = 16 * 1024 * 1024;
/** What one picture may take, beside its thumbnail: 4 bytes a pixel, uncompressed. */
const BYTES_PER_PIXEL = 4;
const LOOK_EVERY_MS = 1_000;

/** Too little space: for the ledger (no `jobId`), or for the pictures of a job. */
export interface Shortage {
  jobId?: number;
  message: string;
}

/** Looks whether the disks have space for one more picture, before it is paid for. Asks the system once a second. */
export class DiskSpace {
  private readonly context: Pick<RunnerContext, 'ledger' | 'freeBytes' | 'elapsed'>;
  private lookedMs = -Infinity;

  constructor(context: Pick<RunnerContext, 'ledger' | 'freeBytes' | 'elapsed'>) {
    this.context = context;
  }

  /** What is missing for one more picture of these jobs; undefined when nothing is. */
  async shortage(jobs: readonly Job[], inFlight: number): Promise<Shortage | undefined> {
    const nowMs = this.context.elapsed();
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return undefined;
    const found = await this.look(jobs, inFlight);
    // What is missing is looked for again at once; what is there, after a while.
    this.lookedMs = found ? -Infinity : nowMs;
    return found;
  }

  private async look(jobs: readonly Job[], inFlight: number): Promise<Shortage | undefined> {
    const { folder } = this.context.ledger;
    const free = folder === undefined ? Infinity : await this.context.freeBytes(folder);
    if (free < LEDGER_FREE_MIN_BYTES)
      return { message: tooLittle(free, { place: `the ledger in ${folder}`, needed: LEDGER_FREE_MIN_BYTES }) };
    for (const job of jobs) {
      const { output, width, height } = job.settings;
      const needed = FREE_MIN_BYTES + (inFlight + 1) * width * height * BYTES_PER_PIXEL;
      const freeForPictures = await this.context.freeBytes(output);
      if (freeForPictures < needed)
        return { jobId: job.id, message: tooLittle(freeForPictures, { place: output, needed }) };
    }
    return undefined;
  }
}

function tooLittle(free: number, { place, needed }: { place: string; needed: number }): string {
  return `${mib(free)} free for ${place}, ${mib(needed)} needed to go on safely`;
}

function mib(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
