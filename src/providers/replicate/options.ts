/** The options of Replicate in the config, and what of them holds for a model. */
import { z } from 'zod';
import type { Price } from '../capabilities.ts';
import { commonOptions, pollMsOption } from '../options.ts';
import { configuredPrice } from '../price.ts';
import { baseIdOf } from './models.ts';
import type { Input } from './schema.ts';

const MODEL_ID = /^[a-z0-9][\w.-]*\/[a-z0-9][\w.-]*(:[0-9a-f]{64})?$/i;
const inputs = z.record(z.string(), z.unknown()).optional();

/** Options of `providers.replicate`. */
export const optionsSchema = z.strictObject({
  ...commonOptions,
  input: inputs.describe(
    'More inputs for the model, as its page on replicate.com names them (guidance, lora_weights …). ' +
      "Checked against the model's schema before anything is sent.",
  ),
  models: z
    .record(
      z.string().regex(MODEL_ID, { error: 'expected owner/name, or owner/name:version' }),
      z.strictObject({
        priceUsd: commonOptions.priceUsd.describe('What one image of this model costs at worst, in US dollars.'),
        input: inputs.describe('Inputs of this model, in place of those for all.'),
      }),
    )
    .optional()
    .describe(
      'What holds for single models, by their ids: `priceUsd`, and `input`, which takes the place of the one for ' +
        'all; `{}` adds nothing ' +
        '(`"models": { "nightmareai/real-esrgan": { "priceUsd": 0.002, "input": { "scale": 2 } } }`).',
    ),
  reference: z
    .enum(['repaint', 'none'])
    .optional()
    .describe(
      'For models that only paint over a picture (img2img), or take none of a face: repaint sends the reference to ' +
        'be painted over, none makes pictures from prompt and seed alone. Left out, such a model is refused.',
    ),
  pollMs: pollMsOption('prediction'),
  cancelAfterSeconds: z
    .number()
    .int()
    .min(5)
    .max(86_400)
    .optional()
    .describe('Replicate stops a prediction that has not ended after this many seconds.'),
  settleMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe('How long after a lost request a prediction may still turn up in the account, in milliseconds.'),
});

/** The same, parsed. */
export type Options = z.infer<typeof optionsSchema>;

/** The user's inputs for a model: its own, else those for all. */
export function inputFor(options: Pick<Options, 'input' | 'models'>, model: string): Input {
  return ownOf(options, model).input ?? options.input ?? {};
}

/** The price that the user set for a model; undefined: none. */
export function priceFor(options: Options, model: string, nowMs: number): Price | undefined {
  const priceUsd = ownOf(options, model).priceUsd;
  const priced = priceUsd === undefined ? options : { priceUsd, model };
  return configuredPrice(priced, { model, nowMs });
}

/** What the config has for a model alone; a version has what its model has, but for what is said of itself. */
function ownOf({ models = {} }: Pick<Options, 'models'>, model: string) {
  const [ofModel, ofVersion] = [baseIdOf(model), model].map((id) => (Object.hasOwn(models, id) ? models[id] : {}));
  return { ...ofModel, ...ofVersion };
}
