/** What a new job of the config has as its own settings. */
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { JobSettings } from '../ledger/records.ts';
import { sizeOfRatio } from '../runner/aspect-ratio.ts';
import type { ReadyProvider } from '../runner/context.ts';

/** What a job's settings have of its character. */
export type CharacterSettings = Pick<JobSettings, 'references' | 'pictures' | 'negativePrompt'>;

/** The settings of a job of the config with a provider. @throws {UserError} when its model has no such shape. */
export function settingsWith(
  config: Config,
  provider: string,
  ready: ReadyProvider,
  character: CharacterSettings,
): JobSettings {
  const { aspectRatio, transparent, batch } = config;
  const { references, pictures, negativePrompt } = character;
  return {
    provider,
    fallback: config.fallback.filter((name) => name !== provider),
    model: ready.model,
    ...shaped(config, ready),
    quality: config.quality,
    ...(aspectRatio !== undefined && { aspectRatio }),
    ...(transparent && { transparent }),
    ...(batch && { batch }),
    output: config.output,
    store: config.storage.provider,
    thumbnails: config.thumbnails,
    ...(!config.provenance && { provenance: false }),
    ...(config.placeholders && { placeholders: true }),
    ...facesOf(config, ready),
    requireSeed: config.requireSeed,
    references,
    pictures,
    negativePrompt,
    caps: config.caps,
    concurrency: config.concurrency,
    staggerMs: config.staggerMs,
    attemptsMax: config.attemptsMax,
    timeoutMs: config.timeoutMs,
    allowUnknownPrice: config.allowUnknownPrice,
  };
}

/** Drawings have no face to compare. */
function facesOf({ faces }: Config, { provider, model }: ReadyProvider): Partial<JobSettings> {
  if (faces.score === false || provider.capabilities(model).keepsFace === 'drawn') return {};
  const { keep, minConsistency, rerolls, allowInconsistent } = faces;
  const score = faces.score === true || minConsistency !== undefined ? 'always' : 'with-face';
  const gate =
    minConsistency === undefined ? {} : { minConsistency, rerolls, ...(allowInconsistent && { allowInconsistent }) };
  return { score, ...(keep && { keepFaces: true }), ...gate };
}

/** The size of the pictures, with the ratio that is asked for. @throws {UserError} when the model has none of it. */
function shaped({ size, aspectRatio }: Config, { provider, model }: ReadyProvider): Config['size'] {
  if (aspectRatio === undefined) return size;
  const found = sizeOfRatio(provider.capabilities(model).sizes, aspectRatio, size);
  if (found) return found;
  throw new UserError(`${provider.name} (${model}) makes no pictures of the aspect ratio ${aspectRatio}`, {
    hint: 'nothing was sent. The list of providers tells what each can do',
    advice: { code: 'list-providers' },
  });
}
