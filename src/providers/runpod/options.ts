/** The options of RunPod in the config. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { commonOptions, pollMsOption } from '../options.ts';
import { workflowOptions } from '../workflow-files.ts';

/** Inputs that imggen sends by itself: size and number of pictures decide the price. */
const OWN_INPUTS = new Set(
  (
    'prompt negative_prompt seed size width height aspect_ratio resolution image images image_url num_images ' +
    'batch_size n_iter workflow'
  ).split(' '),
);
/** Of worker-comfyui: its endpoint takes it from COMFY_ORG_API_KEY. */
const KEY_INPUTS = new Set(['comfy_org_api_key']);
const ENDPOINT_ID = /^[a-z0-9][a-z0-9-]{0,99}$/;

/** `providers.runpod` in the config. */
export const optionsSchema = z.strictObject({
  ...commonOptions,
  ...workflowOptions,
  endpointId: z
    .string()
    .regex(ENDPOINT_ID)
    .optional()
    .describe('Your own serverless endpoint, on which the worker runs that model names. Default: RUNPOD_ENDPOINT_ID.'),
  input: z
    .record(
      z
        .string()
        .refine((name) => !OWN_INPUTS.has(name), 'imggen sends this input by itself')
        .refine((name) => !KEY_INPUTS.has(name), 'a key has no place in the config: set it on the endpoint'),
      z.unknown(),
    )
    .optional()
    .describe(
      'More inputs, as the page of the endpoint or worker names them (guidance, num_inference_steps, loras …).',
    ),
  pollMs: pollMsOption('job', { defaultMs: 1000 }),
});

/** The options, parsed. */
export type Options = z.infer<typeof optionsSchema>;

/**
 * The user's own endpoint; undefined when none is named.
 * @throws {UserError} when the variable holds no id.
 */
export function ownEndpoint({ endpointId }: Options, variable: string | undefined): string | undefined {
  const id = endpointId ?? (variable?.trim() || undefined);
  if (id === undefined || ENDPOINT_ID.test(id)) return id;
  throw new UserError('RUNPOD_ENDPOINT_ID is no id of an endpoint', { hint: 'Copy it from the page of the endpoint' });
}
