/** A background response as OpenAI tells it, and what it means for an attempt. Pure. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import type { Reading } from '../queue.ts';
import { SERVICE, toldFailure } from './session.ts';

const errorSchema = z.looseObject({ code: z.string().nullish(), message: z.string().nullish() });
/** The fields that are used. */
export const responseSchema = z.object({
  status: z.string(),
  model: z.string().nullish(),
  error: errorSchema.nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(z.looseObject({ type: z.string() })).nullish(),
  usage: z.unknown().optional(),
  tool_usage: z.looseObject({ image_gen: z.unknown().optional() }).nullish(),
});
const callSchema = z.object({ result: z.string().nullish(), error: errorSchema.nullish() });
/** A response. */
export type BackgroundResponse = z.infer<typeof responseSchema>;
type ImageCall = z.infer<typeof callSchema>;

/**
 * What became of the work.
 * @throws {ProviderError} when it ended without a picture.
 */
export function resultOf(response: BackgroundResponse): Reading {
  const { status, usage, tool_usage: tools } = response;
  if (status === 'queued' || status === 'in_progress') return { state: 'running' };
  const calls = (response.output ?? [])
    .filter((item) => item.type === 'image_generation_call')
    .map((item) => callSchema.safeParse(item).data);
  const encoded = calls.find((item) => item?.result)?.result;
  if (encoded) {
    const warnings =
      calls.length > 1 ? [`${SERVICE} made ${calls.length} pictures for one request; the first is kept`] : undefined;
    return {
      state: 'generated',
      image: { kind: 'bytes', bytes: Buffer.from(encoded, 'base64') },
      // No cost: the text model's price is not known here, so the quoted price is counted.
      usage: { ...(usage ? { text_model: usage } : {}), ...(tools ? { image_gen: tools.image_gen } : {}) },
      ...(warnings ? { warnings } : {}),
    };
  }
  if (isIncomplete(response, calls)) return { state: 'missing', why: 'the work is done, and its picture is not there' };
  throw failureIn(response, calls);
}

/** Done without an error, and the picture is left out. An answer in words instead of a picture is another thing. */
function isIncomplete(
  { status, error, output }: BackgroundResponse,
  calls: readonly (ImageCall | undefined)[],
): boolean {
  if (status !== 'completed' || error) return false;
  return (output ?? []).length === 0 || (calls.length > 0 && calls.every((item) => !item?.error));
}

function failureIn(response: BackgroundResponse, calls: readonly (ImageCall | undefined)[]): ProviderError {
  const { status } = response;
  const reason = response.error ?? calls.find((item) => item?.error)?.error;
  if (reason) return toldFailure(reason);
  const why = response.incomplete_details?.reason;
  if (why === 'content_filter')
    return new ProviderError(`${SERVICE}: stopped by the content filter`, {
      failure: 'refused',
      code: why,
      charged: 'maybe',
    });
  if (status === 'cancelled')
    return new ProviderError(`${SERVICE}: the work was cancelled`, {
      failure: 'timeout',
      charged: 'maybe',
      code: 'cancelled',
    });
  if (status === 'failed')
    return new ProviderError(`${SERVICE}: the work failed, it gave no reason`, { failure: 'unavailable' });
  return new ProviderError(`${SERVICE}: the answer holds no picture${why ? ` (${why})` : ''}`, { failure: 'unusable' });
}
