import { ProviderError } from '../errors.ts';
import type { Generated } from '../providers/provider.ts';
import { generated } from './answer.ts';
import { acceptedOf } from './collect.ts';
import type { DownloadHow } from './context.ts';
import { deadline } from './deadline.ts';
import { failed, released } from './ends.ts';
import { nameOf } from './name.ts';
import { isForeign, type AttemptContext, type OpenAttempt, type Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';
import type { StagedPicture } from './picture.ts';
import { stagedPicture } from './provenance.ts';
import { backoffMs, DOWNLOAD_TRIES_MAX } from './retry.ts';

/** How long a picture is kept where the provider does not say, in ms. */
const RETENTION_MS = 3_600_000;

/** One try: the attempt with its answer on the disk, committed; or why there is none. Throws what the disk throws. */
export type TryDownload = (
  context: AttemptContext,
  open: OpenAttempt,
  at: { url: string; tries: number },
) => Promise<{ open: OpenAttempt } | { error: ProviderError }>;

/** Brings a finished, paid picture from its URL to a synced, whole file, and commits that with its name. */
export function downloadAnswer(context: AttemptContext, open: OpenAttempt, url: string): Promise<Step> {
  return bringAnswer(context, open, url, tryDownload);
}

/**
 * Brings what was made and paid from its URL to the disk. Reads are free: tried again for some time. An expired URL is
 * asked for again by remote id, once.
 */
export async function bringAnswer(
  context: AttemptContext,
  open: OpenAttempt,
  firstUrl: string,
  tryOnce: TryDownload,
): Promise<Step> {
  tellPhase(context, open, 'saving');
  let url = firstUrl;
  let renewed = false;
  let last = 'no answer';
  for (let tries = 1; tries <= DOWNLOAD_TRIES_MAX; tries += 1) {
    if (context.drain.aborted && tries > 1) break;
    const result = await tryOnce(context, open, { url, tries });
    if ('open' in result) return result;
    last = result.error.message;
    if (result.error.expired || result.error.failure === 'rejected') {
      // As long as the provider names the picture, an address that is refused is no loss yet.
      if (renewed) break;
      const fresh = await freshUrl(context, open, result.error);
      if (fresh === 'gone') return gone(context, open, result.error.message);
      if (fresh === 'not now') break;
      if (fresh !== 'the same' && 'image' in fresh) return generated(context, open, fresh);
      if (fresh !== 'the same' && fresh.url !== url) {
        url = fresh.url;
        renewed = true;
        continue;
      }
    }
    if (context.abort.aborted) break;
    if (tries < DOWNLOAD_TRIES_MAX)
      await context.sleep(backoffMs(tries, context.random()), AbortSignal.any([context.abort, context.drain]));
  }
  // Paid and safe at the provider: a later run fetches it.
  return released(context, open, `made, but its download fails: ${context.clean(last)}`);
}

async function tryDownload(
  context: AttemptContext,
  open: OpenAttempt,
  at: { url: string; tries: number },
): ReturnType<TryDownload> {
  let picture: StagedPicture | undefined;
  const failure = await fetched(context, open, at, async () => {
    picture = await stagedPicture(context, open, open.file.path);
    if (!picture) throw new ProviderError('the download is not a whole image', { failure: 'unavailable' });
  });
  if (failure || !picture) return { error: failure ?? new ProviderError('no picture', { failure: 'unavailable' }) };
  const whole = picture;
  const stored = context.ledger.atOnce(() => ({
    attempt: context.ledger.attempts.staged(open.lease, open.file.path),
    named: nameOf(context, open, whole),
  }));
  return { open: { ...open, ...stored, picture } };
}

/**
 * Fetches an answer into its file once, and has it checked. @param check throws what is wrong with the whole file;
 * `how`: where it is no picture.
 * @returns why it failed; undefined: it is there. Throws what the disk throws.
 */
export async function fetched(
  context: AttemptContext,
  open: OpenAttempt,
  { url, tries, ...how }: { url: string; tries: number } & Pick<DownloadHow, 'what' | 'maxBytes' | 'totalMs'>,
  check: () => Promise<void>,
): Promise<ProviderError | undefined> {
  const { shot } = open.lease;
  const allowedOrigin = open.ready.provider.baseUrl;
  try {
    const part = await open.file.part();
    await context.download(url, open.file.path, { ...how, signal: context.abort, part, allowedOrigin });
    await check();
    context.trace('downloaded', { shot, tries });
    return undefined;
  } catch (error) {
    if (isGone(error)) return new ProviderError('its folder was taken away', { failure: 'unavailable' });
    if (!(error instanceof ProviderError)) throw error;
    context.trace('download-failed', { shot, tries, message: context.clean(error.message) });
    return error;
  }
}

/** A file or its folder is not there any more: it is made anew at the next try. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * True while a provider that can't be asked again may keep what it made: until the host which refuses it says, by its
 * clock, that the time since the answer is over. Our own clock has no say: it may have been set between. Where either
 * of them tells no time, nothing is called gone.
 */
function isKept({ attempt, ready }: OpenAttempt, { saidAtMs = NaN }: ProviderError): boolean {
  const ageMs = saidAtMs - Number(attempt.sent['answeredMs']);
  return !(ageMs >= (ready.provider.retentionMs ?? RETENTION_MS));
}

/**
 * A fresh URL for the same remote work, or the picture itself; `the same` where there is only one, `not now` when the
 * provider is still at work on it, `gone` when there is none.
 */
async function freshUrl(
  context: AttemptContext,
  open: OpenAttempt,
  refusal: ProviderError,
): Promise<{ url: string } | Generated | 'the same' | 'not now' | 'gone'> {
  const accepted = acceptedOf(open);
  const { provider } = open.ready;
  if (!accepted || !provider.collect) return isKept(open, refusal) ? 'the same' : 'gone';
  const limit = deadline(context, open.job.settings.timeoutMs, [context.abort]);
  try {
    const again = await provider.collect(accepted, open.request, { signal: limit.signal });
    if (again.state === 'running') return 'not now';
    return again.image.kind === 'url' ? { url: again.image.url } : again;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return !isForeign(open) && (error.expired || error.failure === 'rejected') ? 'gone' : 'not now';
  } finally {
    limit.clear();
  }
}

function gone(context: AttemptContext, open: OpenAttempt, why: string): Step {
  return failed(
    context,
    open,
    new ProviderError(`paid, but expired at the provider before it was fetched: ${why}`, {
      failure: 'unusable',
      charged: 'yes',
      expired: true,
    }),
  );
}
