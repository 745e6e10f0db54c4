/** Shots that failed are filled with drawings, which stand in for them until they are made. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stageBytes } from '../images/part-file.ts';
import { linkFinal } from '../images/save.ts';
import type { InspectedImage } from '../images/inspect.ts';
import type { Job, Shot } from '../ledger/records.ts';
import type { Placeholder } from '../ledger/placeholder-rows.ts';
import type { ReadyProvider, RunnerContext } from './context.ts';
import { removePlaceholder } from './after/placeholders.ts';
import { drawnWithProvenance } from './provenance.ts';
import { shotSettings } from './request.ts';
import { folderOf } from './staging.ts';
import { stopFor } from './stop-for.ts';

/** What filling works with. */
type FillContext = Pick<RunnerContext, 'ledger' | 'imageName' | 'newKey' | 'tell' | 'trace' | 'clean'>;

/** Who draws, and when to stop. */
export interface Filling {
  drawing: ReadyProvider;
  signal: AbortSignal;
}

/**
 * Draws a placeholder for each shot of these jobs that failed and has none. Each step may be done again after a crash.
 * What goes wrong is told, and leaves the shot without one: a run never fails by it.
 */
export async function fillWithPlaceholders(
  context: FillContext,
  jobs: readonly Job[],
  { drawing, signal }: Filling,
): Promise<void> {
  for (const job of jobs) {
    for (const shot of context.ledger.placeholders.missing(job.id)) {
      if (signal.aborted) return;
      try {
        await fill(context, { job, shot }, { drawing, signal });
      } catch (error) {
        const why = context.clean(error instanceof Error ? error.message : String(error));
        context.trace('placeholder-failed', { shot: shot.name, message: why });
        context.tell({ event: 'notice', level: 'warn', message: `no placeholder for ${shot.name}: ${why}` });
        // What stops the one stops the others: a full disk, a ledger that is gone.
        if (stopFor(error)) return;
      }
    }
  }
}

async function fill(context: FillContext, { job, shot }: { job: Job; shot: Shot }, how: Filling): Promise<void> {
  const { ledger, trace } = context;
  const { bytes, picture } = await drawn(context, { job, shot }, how);
  for (let taken = false; ; taken = true) {
    const placeholder = ledger.placeholders.named(shot.id, naming(context, job, { taken, sha256: picture.sha256 }));
    if (!placeholder) return;
    trace('placeholder-named', { shot: shot.name, filename: placeholder.filename });
    if (!(await written(context, placeholder, bytes))) continue;
    trace('placeholder-linked', { shot: shot.name, filename: placeholder.filename });
    const { provider, model } = how.drawing;
    const { sha256, facts } = picture;
    const url = pathToFileURL(placeholder.path).href;
    const isWanted = ledger.placeholders.stored(shot.id, { ...facts, sha256, provider: provider.name, model, url });
    // Another process has made the shot meanwhile.
    if (!isWanted) await removePlaceholder(ledger, placeholder);
    trace('placeholder-stored', { shot: shot.name, filename: placeholder.filename });
    return;
  }
}

/** `mira_sol_image_00007.placeholder.png`: beside the name of the picture, which stays free for it. */
function naming({ imageName }: FillContext, job: Job, more: { taken: boolean; sha256: string }) {
  return {
    nameOf: (number: number) => imageName(job.characterId, number, 'placeholder.png'),
    pathOf: (filename: string) => join(folderOf(job), filename),
    ...more,
  };
}

/** False: a file that is not ours has the name. */
async function written(
  { imageName, newKey }: FillContext,
  { path, characterId, number }: Placeholder,
  bytes: Uint8Array,
): Promise<boolean> {
  const part = join(dirname(path), `.${imageName(characterId, number, 'png')}.${newKey()}.part`);
  await stageBytes(part, bytes);
  const result = await linkFinal(part, path);
  return 'linked' in result || result.same;
}

/** The size of a side that a drawing may have. */
const SIDE_MIN_PX = 64;
const SIDE_MAX_PX = 4096;

async function drawn(
  { ledger, newKey }: FillContext,
  { job, shot }: { job: Job; shot: Shot },
  { drawing: { provider, model }, signal }: Filling,
): Promise<{ bytes: Uint8Array; picture: InspectedImage }> {
  const { width, height } = shotSettings(job.settings, shot.settings);
  const side = (px: number) => Math.min(SIDE_MAX_PX, Math.max(SIDE_MIN_PX, px));
  const { attributes } = ledger.characters.get(job.characterKey);
  const answer = await provider.submit(
    {
      attemptKey: newKey(),
      shot: shot.name,
      model,
      prompt: shot.prompt,
      seed: shot.seed,
      width: side(width),
      height: side(height),
      references: [],
      character: attributes,
      look: shot.look,
    },
    { signal, onSending: () => {} },
  );
  const bytes = answer.state === 'generated' && answer.image.kind === 'bytes' ? answer.image.bytes : undefined;
  const kept = bytes && drawnWithProvenance(bytes, { job, shot, provider: provider.name, model });
  if (!kept?.picture) throw new Error(`${provider.name} has drawn nothing`);
  return { bytes: Buffer.concat(kept.parts), picture: kept.picture };
}
