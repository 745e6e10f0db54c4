/** The options that every provider takes in the config, besides its own. */
import { z } from 'zod';

/** Shape to spread: `z.strictObject({ ...commonOptions, own: … })`. */
export const commonOptions = {
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Model of this provider, used when neither the command nor the config's top level names one."),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address of the service: https, or http on your own network. The key is sent to this host and to no other.',
    ),
  priceUsd: z
    .number()
    .min(0)
    .max(1000)
    .optional()
    .describe(
      'What one image costs at worst, in US dollars, for a model whose price imggen does not know. ' +
        'It overrides the built-in price, and holds for the model that the config names.',
    ),
  requestsPerMinute: z
    .number()
    .min(0.1)
    .max(100_000)
    .optional()
    .describe(
      'Paid requests sent per minute at most, by all processes on the ledger together. ' +
        'Limits the service names itself are obeyed without this.',
    ),
};

/** The common options, parsed. A provider's own options extend them. */
export type CommonOptions = z.infer<z.ZodObject<typeof commonOptions>>;

/**
 * `pollMs` of a provider whose work is looked at until it has ended. @param work what is looked at, in words.
 * @param growth the longest distance between two looks, in first ones, in words.
 */
export function pollMsOption(work: string, { defaultMs = 500, growth = 'ten' } = {}) {
  const between = `Milliseconds between the first two looks at a running ${work}`;
  const most = `the distance grows to ${growth} times this.`;
  return z.number().int().min(10).max(60_000).default(defaultMs).describe(`${between}; ${most}`);
}
