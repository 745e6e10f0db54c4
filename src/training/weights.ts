/** From the address of finished weights to a LoRA of the character: downloaded, checked, named, linked, done. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ProviderError } from '../errors.ts';
import { LORA_FOLDER } from '../images/folder.ts';
import { hashFile } from '../images/hash.ts';
import { linkFinal } from '../images/save.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lora } from '../ledger/records.ts';
import { fetched, type TryDownload } from '../runner/download.ts';
import { answerGone } from '../runner/ends.ts';
import type { AttemptContext, OpenAttempt, Step } from '../runner/open-attempt.ts';
import { folderOf, partPathsOf } from '../runner/staging.ts';
import { notWhole } from './safetensors.ts';
import { unpackWeights } from './unpack.ts';
import { isPlainFile } from '../runner/picture.ts';

/** Weights of a LoRA have tens to hundreds of megabytes; whole models are none. */
const MAX_BYTES = 2 * 1024 ** 3;
const DOWNLOAD_MS = 3_600_000;

/** A version's id, perhaps behind its model; what has another form is no name that a pack can ask for. */
const VERSION = /^(?:[\w-][\w.-]*\/[\w-][\w.-]*:)?[\w-]{1,100}$/;

/** What the steps of a training need beside those of a picture. */
export interface TrainingContext extends AttemptContext {
  ledger: AttemptContext['ledger'] & Pick<Ledger, 'loras'>;
  /** Models of the provider that take the weights. */
  madeWith: readonly string[];
}

/** Fetches the weights once. */
export const tryWeights: TryDownload = async (context, open, at) => {
  const { path } = open.file;
  const failure = await fetched(
    context,
    open,
    { ...at, what: 'file', maxBytes: MAX_BYTES, totalMs: DOWNLOAD_MS },
    async () => {
      await unpackWeights(path);
      const problem = await notWhole(path);
      if (problem !== undefined) throw new ProviderError(`what was downloaded ${problem}`, { failure: 'unavailable' });
    },
  );
  if (failure) return { error: failure };
  return { open: { ...open, attempt: context.ledger.attempts.staged(open.lease, path) } };
};

/** T5, link, T6. Each may be repeated after a crash. Weights that are gone are fetched anew. */
export async function saveWeights(
  context: TrainingContext,
  open: OpenAttempt,
  staged: string,
): Promise<Step | { trained: Lora }> {
  const { ledger } = context;
  const before = ledger.loras.named(open.lease.shotId);
  const path = await wholeAmong([staged, ...partPathsOf(open.job, open.attempt.key, context)]);
  if (path === undefined) {
    if (before && (await isLinked(before))) return { trained: finish(context, open, before) };
    if (open.attempt.remoteId === null) return answerGone(context, open);
    return { open: { ...open, attempt: ledger.attempts.stagedFileGone(open.lease) } };
  }
  const { sha256 } = await hashFile(path);
  const { size: sizeBytes } = await lstat(path);
  const isSame = before?.attemptId === open.lease.attemptId && before.sha256 === sha256;
  const file = { sha256, sizeBytes };
  let lora = isSame ? before : nameOf(context, open, { ...file, place: 1 });
  context.trace('named', { shot: open.lease.shot, filename: lora.filename });
  for (let place = 2; !(await linked(path, lora)); place += 1) lora = nameOf(context, open, { ...file, place });
  context.trace('linked', { shot: open.lease.shot, filename: lora.filename });
  return { trained: finish(context, open, lora) };
}

function finish({ ledger, trace }: TrainingContext, { lease }: OpenAttempt, lora: Lora): Lora {
  const done = ledger.loras.done(lease, lora.id);
  trace('done', { shot: lease.shot, filename: done.filename });
  return done;
}

/** @param file.place 1, or a higher one when another file has the name. */
function nameOf(
  { ledger, madeWith }: TrainingContext,
  { lease, job, attempt }: OpenAttempt,
  { place, ...file }: { sha256: string; sizeBytes: number; place: number },
): Lora {
  const { training } = job.settings;
  if (!training) throw new Error(`job ${job.id} has no training`);
  const again = place === 1 ? '' : `_${place}`;
  const filename = `${job.characterId.replaceAll('-', '_')}_lora_${job.id}${again}.safetensors`;
  const { trigger, className, steps, images } = training;
  const path = join(folderOf(job), LORA_FOLDER, filename);
  const version = versionIn(attempt.usage, training.destination);
  return ledger.loras.name(lease, { ...file, madeWith, trigger, className, steps, images, version, filename, path });
}

/** What a trainer told of the version it has made, `owner/name:id`: of the destination, where it told the id alone. */
function versionIn(usage: unknown, destination: string | undefined): string | null {
  const version: unknown = typeof usage === 'object' && usage !== null && 'version' in usage ? usage.version : null;
  if (typeof version !== 'string' || !VERSION.test(version)) return null;
  return version.includes('/') || destination === undefined ? version : `${destination}:${version}`;
}

/** False: another file has the name. */
async function linked(path: string, lora: Lora): Promise<boolean> {
  const result = await linkFinal(path, lora.path);
  return 'linked' in result || result.same;
}

/** The link was made, and the staged file taken away, before a crash. */
async function isLinked({ path, sha256 }: Lora): Promise<boolean> {
  return (await isPlainFile(path)) && (await hashFile(path)).sha256 === sha256;
}

async function wholeAmong(paths: readonly string[]): Promise<string | undefined> {
  for (const path of new Set(paths)) if ((await isPlainFile(path)) && (await notWhole(path)) === undefined) return path;
  return undefined;
}
