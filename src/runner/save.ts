import { pathToFileURL } from 'node:url';
import { hashFile } from '../images/hash.ts';
import { linkFinal } from '../images/save.ts';
import type { InspectedImage } from '../images/inspect.ts';
import type { Image } from '../ledger/records.ts';
import { failed, answerGone } from './ends.ts';
import { nameOf } from './name.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';
import { findPart, whyUnusable, type StagedPicture } from './picture.ts';
import { linkedPicture, stagedPicture, writeSidecar } from './provenance.ts';
import { isPlainFile } from './picture.ts';

/**
 * From a staged answer to a finished shot. A staged file that is gone is fetched anew where the provider still has it.
 */
export async function saveAnswer(context: AttemptContext, open: OpenAttempt, staged: string): Promise<Step> {
  tellPhase(context, open, 'saving');
  const picture = open.picture ?? (await stagedPicture(context, open, staged)) ?? (await linkedPicture(context, open));
  if (!picture) {
    const moved = await findPart(context, open);
    if (moved !== undefined && moved !== staged)
      return { open: { ...open, attempt: context.ledger.attempts.staged(open.lease, moved) } };
    const why = await whyUnusable(staged);
    if (why) return failed(context, open, why);
    if (open.attempt.remoteId === null) return answerGone(context, open);
    return { open: { ...open, attempt: context.ledger.attempts.stagedFileGone(open.lease) } };
  }
  const image = await nameAndFinish(context, open, { staged, picture });
  warnOfSize(context, open, picture);
  return { end: { kind: 'done', image } };
}

/**
 * T5 named, link, T6 done. Each step may be repeated after a crash.
 * @throws {LostLease} and file system errors; nothing is lost by either.
 */
async function nameAndFinish(
  context: AttemptContext,
  open: OpenAttempt,
  { staged, picture }: { staged: string; picture: StagedPicture },
): Promise<Image> {
  const { lease } = open;
  let image = open.named ?? nameOf(context, open, picture);
  context.trace('named', { shot: lease.shot, filename: image.filename });
  while (!(await linked(staged, image))) {
    // A file that is not ours has the name: leave it, take the next number.
    image = nameOf(context, open, picture, true);
    context.trace('renamed', { shot: lease.shot, filename: image.filename });
  }
  context.trace('linked', { shot: lease.shot, filename: image.filename });
  if (picture.sidecar !== undefined) await writeSidecar(context, image, picture.sidecar);
  const done = context.ledger.images.done(lease, image.id, pathToFileURL(image.path ?? '').href);
  context.trace('done', { shot: lease.shot, filename: done.filename });
  return done;
}

/** Services that know ratios only answer with a size of their own: said once a run. */
function warnOfSize(context: AttemptContext, { request, ready }: OpenAttempt, { facts }: InspectedImage): void {
  const { width, height } = facts;
  // Without a prompt nothing was asked of the size: an upscaler makes its own.
  if (request.prompt === '' || (width === request.width && height === request.height)) return;
  const model = context.clean(request.model);
  const asked = `${request.width}x${request.height}`;
  context.warnOnce(`${ready.provider.name} answers ${asked} with ${width}x${height} (${model})`);
}

async function linked(staged: string, image: Image): Promise<boolean> {
  const final = image.path ?? '';
  try {
    const result = await linkFinal(staged, final);
    return 'linked' in result || result.same;
  } catch (error) {
    // The link was made and the staged file already taken away before a crash.
    const before =
      (await isPlainFile(final)) && !(await isPlainFile(staged)) && (await hashFile(final)).sha256 === image.sha256;
    if (!before) throw error;
    return true;
  }
}
