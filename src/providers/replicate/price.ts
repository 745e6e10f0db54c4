/** What a picture of a model costs, as it is sent: with the inputs of the config. Pure. */
import type { Price } from '../capabilities.ts';
import { priceBy } from '../price-rules.ts';
import type { ImageRequest } from '../provider.ts';
import { modelRecord } from './models.ts';
import { inputFor, type Options, priceFor } from './options.ts';

/**
 * The user's own price, else that of the list; undefined: nobody knows it. Where pictures are billed by the megapixel
 * nobody has measured one that the config gives by its address.
 */
export function priceOf(
  request: Pick<ImageRequest, 'model' | 'width' | 'height' | 'quality' | 'references'>,
  options: Options,
  nowMs: number,
): Price | undefined {
  const own = priceFor(options, request.model, nowMs);
  const listed = modelRecord(request.model);
  if (own || !listed?.price) return own;
  const extra = inputFor(options, request.model);
  const { referenceInput, referencePxMax } = listed;
  const pictures = referenceInput === undefined ? undefined : extra[referenceInput];
  if (referencePxMax !== undefined && [pictures ?? []].flat().length > 0) return undefined;
  // The config's inputs are stronger than the size that was asked for.
  const side = (name: 'width' | 'height') => (typeof extra[name] === 'number' ? extra[name] : request[name]);
  const sent = { ...request, width: side('width'), height: side('height') };
  return priceBy(listed.price.rule, { request: sent, extra }, listed.price.from);
}
