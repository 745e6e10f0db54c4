/**
 * What made a picture is written into it before it has its name, so that the sum in the ledger is that of the file.
 * The same attempt gives the same bytes for ever: whatever a crash cut off can be done again. A picture that has its
 * name is never changed; one that can't be annotated is kept as it is.
 */
import { createHash } from 'node:crypto';
import { lstat, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { SeedHonored } from '../events.ts';
import { annotate } from '../images/annotate.ts';
import { sha256Of } from '../images/hash.ts';
import { readImageFile } from '../images/inspect.ts';
import { removeIfThere, stageBytes } from '../images/part-file.ts';
import { SOURCE_TYPES, xmpPacket } from '../images/xmp.ts';
import type { Image, Job, Shot } from '../ledger/records.ts';
import type { AttemptContext, OpenAttempt } from './open-attempt.ts';
import { linkedBefore, pictureIn, type StagedPicture } from './picture.ts';

/** The bytes of an answer as they are to be kept, and the picture that they are; undefined: none. */
export interface Written {
  /** One behind the other. */
  parts: readonly Uint8Array[];
  picture: StagedPicture | undefined;
}

/** An answer with what made it in its bytes. */
export function withProvenance(
  context: AttemptContext,
  open: OpenAttempt,
  { bytes, seedHonored }: { bytes: Uint8Array; seedHonored: SeedHonored | null },
): Written {
  if (open.job.settings.provenance === false) return { parts: [bytes], picture: pictureIn(bytes) };
  return withPacket(bytes, packetOf(context, open, seedHonored));
}

/** A drawing that stands in for a picture, with what made it: always the same for the same shot. */
export function drawnWithProvenance(
  bytes: Uint8Array,
  { job, shot, provider, model }: { job: Job; shot: Shot; provider: string; model: string },
): Written {
  if (job.settings.provenance === false) return { parts: [bytes], picture: pictureIn(bytes) };
  const packet = xmpPacket({
    sourceType: SOURCE_TYPES.algorithmic,
    provider,
    model,
    seed: shot.seed,
    seedHonored: 'yes',
    promptSha256: sumOf(shot.prompt),
    createdAtMs: job.createdAtMs,
  });
  return withPacket(bytes, packet);
}

function withPacket(bytes: Uint8Array, packet: string): Written {
  const result = annotate(bytes, packet);
  if (result.embedded) {
    const { parts, facts } = result;
    return { parts, picture: { facts, sha256: sha256Of(...parts) } };
  }
  const picture = pictureIn(bytes);
  return { parts: [bytes], picture: picture && (result.why === 'unable' ? picture : { ...picture, sidecar: packet }) };
}

/**
 * The picture in a staged file; undefined when it holds none. Unless it has its name already, what made it is written
 * into the file: whole, or not at all.
 */
export async function stagedPicture(
  context: AttemptContext,
  open: OpenAttempt,
  path: string,
): Promise<StagedPicture | undefined> {
  const before = await readImageFile(path).catch(() => undefined);
  if (!before) return undefined;
  const isNamed = context.ledger.images.ofShot(open.lease.shotId) !== undefined;
  if (isNamed) return withSidecar(context, open, { bytes: before, picture: pictureIn(before) });
  const written = withProvenance(context, open, { bytes: before, seedHonored: open.attempt.seedHonored });
  const whole = Buffer.concat(written.parts);
  if (whole.equals(before)) return written.picture;
  try {
    await stageBytes(path, whole);
    return written.picture;
  } catch (error) {
    // The picture that is there is safe; the disk has no space for another copy of it.
    context.trace('not-annotated', { shot: open.lease.shot, message: context.clean((error as Error).message) });
    return pictureIn(before);
  }
}

/** The picture under its final name, linked before a crash; else undefined. */
export async function linkedPicture(context: AttemptContext, open: OpenAttempt): Promise<StagedPicture | undefined> {
  const image = context.ledger.images.ofShot(open.lease.shotId);
  const picture = await linkedBefore(image);
  if (!picture || !image?.path) return undefined;
  return withSidecar(context, open, { bytes: await readImageFile(image.path), picture });
}

/** A picture that stays as it is: with what is to be written beside it, where it does not say itself what made it. */
function withSidecar(
  context: AttemptContext,
  open: OpenAttempt,
  { bytes, picture }: { bytes: Uint8Array; picture: StagedPicture | undefined },
) {
  const { seedHonored } = open.attempt;
  const { sidecar } = withProvenance(context, open, { bytes, seedHonored }).picture ?? {};
  return picture && { ...picture, sidecar };
}

/** Writes what made a picture beside it, as `<name>.xmp`. What lies there stays. Never throws: the picture is safe. */
export async function writeSidecar(
  { clean, trace }: Pick<AttemptContext, 'clean' | 'trace'>,
  { path, filename }: Image,
  packet: string,
): Promise<void> {
  if (path === null) return;
  const name = `${filename.replace(/\.[a-z]+$/, '')}.xmp`;
  const target = join(dirname(path), name);
  const part = join(dirname(path), `.${basename(target)}.part`);
  try {
    if ((await lstat(target).catch(() => undefined)) !== undefined) return;
    await removeIfThere(part);
    await writeFile(part, packet, { flag: 'wx' });
    await rename(part, target);
  } catch (error) {
    trace('no-sidecar', { filename, message: clean((error as Error).message) });
  }
}

function packetOf(context: AttemptContext, { attempt, shot, request }: OpenAttempt, seedHonored: SeedHonored | null) {
  return xmpPacket({
    sourceType: context.drawing?.has(attempt.provider) ? SOURCE_TYPES.algorithmic : SOURCE_TYPES.trained,
    provider: attempt.provider,
    model: context.clean(attempt.model),
    seed: request.seed,
    seedHonored: seedHonored ?? 'unknown',
    promptSha256: sumOf(shot.prompt),
    createdAtMs: attempt.intentAtMs,
  });
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
