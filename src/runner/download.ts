import { ProviderError } from '../errors.ts';
import type { RunnerContext, RunOptions } from './context.ts';
import { deadline } from './deadline.ts';
import { bookFailure } from './failure.ts';
import { backoffMs, DOWNLOAD_TRIES_MAX } from './retry.ts';
import { partPathOf, wholeAt } from './save.ts';
import type { Work, WorkEnd } from './attempt.ts';

/**
 * Brings a finished, paid picture from its URL to a synced, whole file, and commits that. Reads are free: tried again with
 * patience. An expired URL is asked for again by remote id, once.
 * Returns the staged path, or how it ended.
 */
export async function fetchPicture(
  context: RunnerContext,
  options: RunOptions,
  work: Work,
  firstUrl: string,
): Promise<string | WorkEnd> {
  const part = partPathOf(work.job, work.attempt.key);
  let url = firstUrl;
  let renewed = false;
  let last = 'no answer';
  for (let tries = 1; tries <= DOWNLOAD_TRIES_MAX; tries += 1) {
    if (options.drain.aborted && tries > 1) break;
    try {
      await context.download(url, part, { signal: options.abort, allowedOrigin: work.ready.provider.baseUrl });
      if (!(await wholeAt(part)))
        throw new ProviderError('the download is not a whole image', { failure: 'unavailable' });
      context.trace('downloaded', { shot: work.lease.shot, tries });
      context.ledger.attempts.staged(work.lease, part);
      return part;
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      last = error.message;
      context.trace('download-failed', { shot: work.lease.shot, tries, message: context.clean(error.message) });
      if (error.expired || error.failure === 'rejected') {
        const fresh = renewed ? undefined : await freshUrl(context, options, work);
        if (typeof fresh === 'object') return fresh;
        if (fresh === undefined) return gone(context, options, work, error.message);
        url = fresh;
        renewed = true;
        continue;
      }
    }
    if (options.abort.aborted) break;
    if (tries < DOWNLOAD_TRIES_MAX)
      await context.sleep(backoffMs(tries, context.random()), AbortSignal.any([options.abort, options.drain]));
  }
  // Paid and safe at the provider: a later run fetches it.
  context.ledger.attempts.release(work.lease);
  return { kind: 'released', why: `made, but its download fails: ${context.clean(last)}` };
}

/** A fresh URL for the same remote work; undefined when there is none; an end when the provider says it is lost. */
async function freshUrl(
  context: RunnerContext,
  options: RunOptions,
  work: Work,
): Promise<string | WorkEnd | undefined> {
  const remoteId = work.attempt.remoteId ?? context.ledger.attempts.find(work.attempt.id)?.remoteId;
  const { provider } = work.ready;
  if (!remoteId || !provider.collect) return undefined;
  const limit = deadline(context, options.timeoutMs, [options.abort]);
  try {
    const again = await provider.collect(remoteId, work.request, { signal: limit.signal });
    return again.image.kind === 'url' ? again.image.url : undefined;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return error.expired || error.failure === 'rejected' ? gone(context, options, work, error.message) : undefined;
  } finally {
    limit.clear();
  }
}

function gone(context: RunnerContext, options: RunOptions, work: Work, why: string): WorkEnd {
  return bookFailure(
    context,
    options,
    work,
    new ProviderError(`paid, but expired at the provider before it was fetched: ${why}`, {
      failure: 'unusable',
      charged: 'yes',
      expired: true,
    }),
  );
}
