/** What follows a saved picture, in this order. Another step: one file, and one line here. */
import type { AfterSave, AfterSaveParts, MakeAfterSave } from './after.ts';

/** Loads what makes the steps of a kind. */
export type LoadAfterSave = () => Promise<MakeAfterSave>;

/** Each loaded when a run begins. */
export const AFTER_SAVE: readonly LoadAfterSave[] = [
  () => import('./placeholders.ts').then((m) => m.placeholders),
  () => import('./thumbnail.ts').then((m) => m.thumbnails),
  () => import('./upload.ts').then((m) => m.uploads),
  () => import('./score.ts').then((m) => m.scores),
];

/** The steps of one run, made from a list. */
export async function afterSave(parts: AfterSaveParts, list: readonly LoadAfterSave[]): Promise<AfterSave[]> {
  const makers = await Promise.all(list.map((load) => load()));
  return makers.flatMap((make) => make(parts) ?? []);
}
