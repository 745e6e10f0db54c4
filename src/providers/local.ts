/**
 * The local provider: draws a cartoon of the character on this machine. No key, no cost, no network, and the seed is
 * honored to the byte. Made to see a whole run before paying for one.
 */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { z } from 'zod';
import { ProviderError } from '../errors.ts';
import { loadSharp } from '../images/sharp.ts';
import type { Sharp } from '../images/sharp.ts';
import type { ShotLook } from '../shot.ts';
import { sizeProblem } from './capabilities.ts';
import type { Capabilities, ModelRecord } from './capabilities.ts';
import { undrawn } from './local/identity.ts';
import { drawPicture } from './local/picture.ts';
import { loadStyle } from './local/style.ts';
import { knownModel, type ModelList } from './models.ts';
import { commonOptions } from './options.ts';
import { priceOfEach } from './price.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import type { ImageRequest, Provider, Submission, SubmitContext } from './provider.ts';

const MODEL = 'avataaars';

const capabilities: Capabilities = {
  seed: 'exact',
  referencesMax: 0,
  keepsFace: 'drawn',
  sizes: { kind: 'free', minPx: 64, maxPx: 4096, multipleOf: 1, ratioMax: 64 },
  qualities: [],
  negativePrompt: false,
  cancel: false,
  reattach: false,
};

const MODEL_LIST: ModelList<ModelRecord> = {
  service: 'The local provider',
  models: [{ id: MODEL, capabilities, priceNote: 'free, drawn on this machine' }],
  defaultModel: MODEL,
};

const FREE = priceOfEach(0, { source: 'local', asOf: '2026-11-21' });

/** More drawings at once than there are cores take memory and gain nothing. */
const draw = pLimit(availableParallelism());

const optionsSchema = z.strictObject({
  ...commonOptions,
  latencyMs: z
    .int()
    .min(0)
    .max(600_000)
    .optional()
    .describe('Milliseconds that each picture takes at least, to see what a slow service looks like. Default 0.'),
});

async function create(settings: ProviderSettings<z.infer<typeof optionsSchema>>): Promise<Provider> {
  const { latencyMs = 0 } = settings.options;
  return {
    name: 'local',
    // Drawing again costs nothing and gives the same bytes.
    idempotent: true,
    defaultModel: MODEL,
    capabilities: (model) => knownModel(MODEL_LIST, model, settings.now()).capabilities,
    price: () => FREE,
    warnings,
    submit: (request, call) => submit(request, call, { latencyMs, sleep: settings.sleep }),
    check: async () => {
      await Promise.all([loadSharp(), loadStyle()]);
      return { ok: true, message: 'Draws on this machine; needs no key and no network.' };
    },
  };
}

/** What the drawing leaves out, in one sentence each for the character, the shot and the request. */
function warnings({ character, look, references, negativePrompt, quality }: ImageRequest): readonly string[] {
  const missing = undrawn({ ...character, outfitStyle: look.outfit ?? character.outfitStyle });
  const unused = [
    references.length > 0 && 'reference pictures',
    negativePrompt && 'a negative prompt',
    quality && quality !== 'auto' && 'a quality',
  ].filter(Boolean);
  return [
    ...(missing.length > 0 ? [`The local provider draws a cartoon and leaves out: ${missing.join(', ')}.`] : []),
    ...(isBeyondDrawing(look)
      ? ['The local provider draws people standing and nearly facing you, whatever the pose and the angle.']
      : []),
    ...(unused.length > 0 ? [`The local provider has no use for ${unused.join(' or ')}.`] : []),
  ];
}

function isBeyondDrawing({ pose, angle }: ShotLook): boolean {
  return angle.startsWith('profile') || /\b(sit|crouch|kneel|lie|lying)/i.test(pose);
}

async function submit(
  request: ImageRequest,
  call: SubmitContext,
  pace: { latencyMs: number; sleep: ProviderSettings['sleep'] },
): Promise<Submission> {
  stopIfAborted(call.signal);
  const problem = sizeProblem(capabilities.sizes, request.width, request.height);
  if (problem) throw new ProviderError(problem, { failure: 'rejected' });
  call.onPhase?.('sending');
  const [sharp, { Avatar, style }] = await Promise.all([loadSharp(), loadStyle()]);
  stopIfAborted(call.signal);
  call.onSending();
  call.onPhase?.('waiting');
  if (pace.latencyMs > 0) await pace.sleep(pace.latencyMs, call.signal).catch(() => stopIfAborted(call.signal));
  stopIfAborted(call.signal);
  const bytes = await draw(() => {
    stopIfAborted(call.signal);
    return rasterize(
      drawPicture(request, (options) => new Avatar(style, options).toString()),
      sharp,
    );
  });
  stopIfAborted(call.signal);
  return { state: 'generated', image: { kind: 'bytes', bytes }, seedUsed: request.seed, costMicros: 0 };
}

/**
 * Flat areas need no filter: measured at 1024×1024, level 4 costs what level 1 does, and level 6 half as much again for
 * a quarter off the size.
 */
function rasterize(svg: string, sharp: Sharp): Promise<Buffer> {
  return sharp(Buffer.from(svg)).removeAlpha().png({ compressionLevel: 4, adaptiveFiltering: false }).toBuffer();
}

/** Nothing was paid and nothing is lost: an interrupted drawing was never sent anywhere. */
function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ProviderError('Stopped before the picture was drawn.', { failure: 'interrupted' });
}

export default defineProvider({ name: 'local', optionsSchema, models: MODEL_LIST.models, create });
