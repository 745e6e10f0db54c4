import type { JobSettings } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { priceOf } from './estimate.ts';
import { expectedReferences } from './likeness.ts';
import type { Notice } from './notice.ts';

/**
 * Says how many approved training pictures go along with gallery pictures, and what a picture costs for it; undefined:
 * none goes.
 */
export function alongsideNotice(settings: JobSettings, ready: ReadyProvider): Notice | undefined {
  const { model, pictures = [] } = settings;
  const sent = expectedReferences(settings, { can: ready.provider.capabilities(model) });
  const count = sent.filter((picture) => pictures.includes(picture)).length;
  if (count === 0) return undefined;
  const what = count === 1 ? '1 approved training picture goes' : `${count} approved training pictures go`;
  const worst = priceOf(settings, ready, { prompt: '' })?.worstMicros;
  const plain = priceOf({ ...settings, pictures: [] }, ready, { prompt: '' })?.worstMicros;
  const price =
    worst === undefined || plain === undefined || worst === plain
      ? ''
      : `: a picture costs up to ${usdText(worst)}, without them ${usdText(plain)}`;
  return { message: `${what} along with the face${price}` };
}
