/** What follows a saved picture, in this order. Another step: one file, and one line here. */
import type { AfterSave, AfterSaveParts, MakeAfterSave } from './after.ts';
import { placeholders } from './placeholders.ts';
import { scores } from './score.ts';
import { thumbnails } from './thumbnail.ts';
import { uploads } from './upload.ts';

const STEPS: readonly MakeAfterSave[] = [placeholders, thumbnails, uploads, scores];

/** The steps of one run. */
export function afterSave(parts: AfterSaveParts): AfterSave[] {
  return STEPS.flatMap((make) => make(parts) ?? []);
}
