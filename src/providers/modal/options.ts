/** The options of Modal in the config, and what an app can do by them. */
import { z } from 'zod';
import type { Capabilities } from '../capabilities.ts';
import { commonOptions, pollMsOption } from '../options.ts';

/** Fields that imggen sends by itself. */
const OWN_FIELDS = /^(?:job_key|model|prompt|negative_prompt|seed|width|height|images)$/;

/** `providers.modal` in the config. */
export const optionsSchema = z.strictObject({
  ...commonOptions,
  pattern: z
    .enum(['job', 'plain'])
    .default('job')
    .describe(
      'How the app is asked: job as docs/modal_app.py (submit and result, each request found again by its key), ' +
        'plain for one POST to baseUrl that answers with the picture.',
    ),
  takes: z
    .array(z.enum(['seed', 'negative_prompt']))
    .default(['seed', 'negative_prompt'])
    .describe('What the app uses besides prompt and size.'),
  referencesMax: z
    .int()
    .min(0)
    .max(16)
    .default(0)
    .describe('How many reference pictures the app takes, as data URIs in images.'),
  input: z
    .record(
      z.string().refine((name) => !OWN_FIELDS.test(name), 'imggen sends this field by itself'),
      z.unknown(),
    )
    .optional()
    .describe('More fields of the request, as the app names them (steps, guidance …).'),
  pollMs: pollMsOption('job', { defaultMs: 1000 }),
  settleMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe('How long after a lost request the app may still take it, in milliseconds.'),
});

/** The options, parsed. */
export type Options = z.infer<typeof optionsSchema>;

/** What the app can do, as the config tells. */
export function capabilitiesOf({
  pattern,
  takes,
  referencesMax,
}: Pick<Options, 'pattern' | 'takes' | 'referencesMax'>): Capabilities {
  return {
    seed: takes.includes('seed') ? 'best-effort' : 'none',
    referencesMax,
    keepsFace: referencesMax > 0 ? 'references' : 'none',
    sizes: { kind: 'free', minPx: 64, maxPx: 4096, multipleOf: 8, ratioMax: 16 },
    qualities: [],
    negativePrompt: takes.includes('negative_prompt'),
    cancel: pattern === 'job',
    reattach: true,
  };
}
