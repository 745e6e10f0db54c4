/** What a store is given of a picture. Pure. */
import { createHash } from 'node:crypto';
import type { Image } from '../../ledger/records.ts';
import type { Asset } from '../../storage/storage.ts';

/** At most 900 characters, that begin and end with a letter. */
const PROMPT_PART = /\S(?:[^]{0,898}\S)?(?=\S|\s*$)/g;

/** What is sent along with a picture: enough for another ledger to take it over (`imggen adopt`). */
export function assetOf(image: Image, md5: string): Asset {
  const name = image.filename.replace(/\.[a-z]+$/, '');
  return {
    path: image.path ?? '',
    characterId: image.characterId,
    name,
    sha256: image.sha256,
    md5,
    sizeBytes: image.sizeBytes,
    tags: ['imggen', image.characterId, image.kind, image.model, ...marksOf(image)],
    context: {
      character: image.characterId,
      shot: image.shot,
      kind: image.kind,
      number: String(image.number),
      provider: image.provider,
      model: image.model,
      seed: String(image.seed),
      seed_honoured: image.seedHonored,
      prompt_sha256: createHash('sha256').update(image.prompt).digest('hex'),
      ...promptParts(image.prompt),
      cost_micros: String(image.costMicros),
      // A list of Cloudinary's tells no etag.
      md5,
      sha256: image.sha256,
    },
  };
}

/** What a person thinks of it by now: an upload may come late. */
function marksOf({ review, favorite }: Image): string[] {
  return [...(review === null ? [] : [review]), ...(favorite ? ['favorite'] : [])];
}

/**
 * Stores cut long values, and white space at their ends: `prompt`, `prompt_2` … hold a part each, cut inside of words;
 * adopting puts them together.
 */
function promptParts(prompt: string): Record<string, string> {
  const parts = prompt.match(PROMPT_PART) ?? [];
  return Object.fromEntries(parts.map((text, part) => [part === 0 ? 'prompt' : `prompt_${part + 1}`, text]));
}
