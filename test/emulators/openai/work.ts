/** What emulated work brings: the picture, the tokens, the bill; and how it is told. */
import { randomUUID } from 'node:crypto';
import type { Call } from '../service.ts';
import { makePicture } from '../picture.ts';
import type { Asked } from './rules.ts';

/** Output tokens at 1024×1024, of the models that know `xhigh` and `max` (fal's table, their ratio in Replicate's). */
const FINEST: Record<string, number> = { low: 196, medium: 439, high: 1756, xhigh: 3430, max: 6860, auto: 439 };
/** The same of the others. */
const TOKENS: Record<string, number> = { low: 650, medium: 2300, high: 6300, auto: 2300 };
const TOKENS_PER_REFERENCE = 1500;

/** The tokens of one request. */
export interface Usage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  input_tokens_details: { text_tokens: number; image_tokens: number };
  output_tokens_details: { text_tokens: number; image_tokens: number };
}

/** Finished work. The id is also written into the picture (`pictureKey`) and onto the bill. */
export interface Work {
  ids: readonly string[];
  pictures: readonly string[];
  usage: Usage;
}

/** Makes the pictures of a request and books the charge at once, before anything can go wrong with the answer. */
export function makeWork(
  asked: Asked,
  call: Call,
  how: { pictureBytes?: number | undefined; id?: string; count?: number },
): Work {
  const usage = usageOf(asked);
  const amountMicros =
    usage.input_tokens_details.text_tokens * 5 + usage.input_tokens_details.image_tokens * 8 + usage.output_tokens * 30;
  const count = how.count ?? asked.n;
  const ids = Array.from({ length: Math.max(1, count) }, (_, index) =>
    index === 0 && how.id ? how.id : `img_${randomUUID().replaceAll('-', '')}`,
  );
  call.charge({
    id: ids[0] ?? '',
    amountMicros,
    note: { model: asked.model.id, prompt: asked.prompt, references: asked.references },
  });
  const pictures = ids
    .slice(0, count)
    .map((id) =>
      makePicture(
        asked.width,
        asked.height,
        id,
        how.pictureBytes === undefined ? {} : { sizeBytes: how.pictureBytes },
      ).toString('base64'),
    );
  return { ids, pictures, usage };
}

function usageOf(asked: Asked): Usage {
  const area = Math.max(1, (asked.width * asked.height) / (1024 * 1024));
  const each = asked.model.finest ? (FINEST[asked.quality] ?? 0) * area ** 0.5 : (TOKENS[asked.quality] ?? 0) * area;
  const output = Math.round(each) * asked.n + 100 * asked.partialImages;
  const text = Math.ceil(asked.prompt.length / 4);
  const image = asked.references * TOKENS_PER_REFERENCE;
  return {
    total_tokens: text + image + output,
    input_tokens: text + image,
    output_tokens: output,
    input_tokens_details: { text_tokens: text, image_tokens: image },
    output_tokens_details: { text_tokens: 0, image_tokens: output },
  };
}

/** The JSON answer of the image endpoints. */
export function imagesBody(asked: Asked, work: Work, nowMs: number): object {
  return {
    created: Math.floor(nowMs / 1000),
    background: 'opaque',
    data: work.pictures.map((picture) => ({ b64_json: picture })),
    output_format: 'png',
    quality: asked.quality === 'auto' ? 'medium' : asked.quality,
    size: `${asked.width}x${asked.height}`,
    usage: work.usage,
  };
}

/** The same as server-sent events: previews, then the picture. */
export function imagesEvents(asked: Asked, work: Work, how: { prefix: string; nowMs: number }): string {
  const { prefix, nowMs } = how;
  // Events are not documented to tell what the output was made of.
  const { output_tokens_details: _, ...usage } = work.usage;
  const rest = {
    created_at: Math.floor(nowMs / 1000),
    size: `${asked.width}x${asked.height}`,
    quality: asked.quality,
    background: 'opaque',
    output_format: 'png',
  };
  const event = (type: string, data: object): string =>
    `event: ${prefix}.${type}\ndata: ${JSON.stringify({ type: `${prefix}.${type}`, ...data, ...rest })}\n\n`;
  const previews = Array.from({ length: asked.partialImages }, (_preview, index) =>
    event('partial_image', {
      b64_json: makePicture(64, 64, `preview ${index}`).toString('base64'),
      partial_image_index: index,
    }),
  );
  return [...previews, event('completed', { b64_json: work.pictures[0], usage })].join('');
}
