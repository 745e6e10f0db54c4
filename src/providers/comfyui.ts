/**
 * ComfyUI on a GPU of the user's own: a workflow file decides what is made, and each request fills its placeholders.
 * Every attempt runs under an id of ours, so that it can be looked up after any crash. Facts: Comfy-Org/ComfyUI
 * server.py and execution.py, Comfy-Org/docs (server routes, messages), read 2026-11-22.
 */
import { z } from 'zod';
import { ProviderError, UserError } from '../errors.ts';
import { baseUrlOf } from './access.ts';
import type { Capabilities, ModelRecord } from './capabilities.ts';
import { attempts } from './comfyui/attempts.ts';
import { reading, SERVICE, type ComfyConnection } from './comfyui/connection.ts';
import { missingIn } from './comfyui/nodes.ts';
import { defineProvider, type ProviderSettings } from './definition.ts';
import { askJson } from './json-service.ts';
import { knownModel, modelForRequest, type ModelList } from './models.ts';
import { commonOptions, pollMsOption } from './options.ts';
import { configuredPrice, priceOfEach } from './price.ts';
import type { CallContext, Health, Provider } from './provider.ts';
import { readWorkflows, workflowCapabilities, workflowOptions, workflowWarnings } from './workflow-files.ts';
import type { Workflows } from './workflow-files.ts';

const LOCAL_URL = 'http://127.0.0.1:8188';

const optionsSchema = z.strictObject({
  ...commonOptions,
  ...workflowOptions,
  outputNode: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Id of the node whose picture is taken, of a workflow that saves several. Default: the last one.'),
  pollMs: pollMsOption('workflow', { growth: 'four' }),
  settleMs: z
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(2000)
    .describe('How long after a lost request it may still reach the server, in milliseconds.'),
});

/** What it can do is read from the workflow file; here what most of them can. */
const MODEL: ModelRecord = {
  id: 'workflow',
  capabilities: {
    seed: 'exact',
    referencesMax: 1,
    keepsFace: 'references',
    sizes: { kind: 'free', minPx: 64, maxPx: 8192, multipleOf: 8, ratioMax: 16 },
    qualities: [],
    negativePrompt: true,
    cancel: true,
    reattach: true,
  },
  priceNote: 'free, on your own GPU; the workflow file decides what it takes',
};
const MODELS: ModelList<ModelRecord> = { service: SERVICE, models: [MODEL], defaultModel: MODEL.id };
const FREE = priceOfEach(0, { source: 'your own GPU', asOf: '2026-11-22' });

async function create(settings: ProviderSettings<z.infer<typeof optionsSchema>>): Promise<Provider> {
  const { options, env, fetch, now, folder = '.' } = settings;
  const where = 'providers.comfyui.baseUrl';
  const baseUrl = baseUrlOf([options.baseUrl, env['COMFYUI_BASE_URL'], LOCAL_URL], where);
  const connection: ComfyConnection = { name: SERVICE, baseUrl, headers: {}, secrets: [], fetch, now };
  const found = await readWorkflows('comfyui', options, folder);
  const workflows = (): Workflows => {
    if (found instanceof UserError) throw found;
    return found;
  };
  const capabilities = (model: string): Capabilities => {
    knownModel(MODELS, model, now());
    return { ...workflowCapabilities(workflows()), cancel: true, reattach: true };
  };
  const charged = (options.priceUsd ?? 0) > 0 ? 'maybe' : 'no';
  const { submit, ...others } = attempts({ connection, workflows, options, charged, settings });
  return {
    ...others,
    name: 'comfyui',
    // The server runs a second prompt under the same id, too: it is looked up first (`find`).
    idempotent: false,
    baseUrl,
    findAfterMs: options.settleMs,
    defaultModel: MODEL.id,
    capabilities,
    price: ({ model }) => configuredPrice(options, { model, nowMs: now() }) ?? FREE,
    warnings: (request) => workflowWarnings(workflows(), request),
    submit: async (request, call) => {
      modelForRequest(() => capabilities(request.model));
      return submit(request, call);
    },
    check: (call) => check(connection, found, call),
  };
}

const statsSchema = z.object({
  system: z.object({ comfyui_version: z.string().nullish() }),
  devices: z.array(z.object({ name: z.string() })),
});

async function check(connection: ComfyConnection, found: Workflows | UserError, call: CallContext): Promise<Health> {
  try {
    const { system, devices } = await askJson(connection, reading(call, '/system_stats'), statsSchema);
    const version = system.comfyui_version ? ` ${system.comfyui_version}` : '';
    const there = `${SERVICE}${version} answers, on ${devices.map(({ name }) => name).join(', ') || 'no GPU'}`;
    if (found instanceof UserError) return { ok: false, message: `${there}; ${found.message}` };
    const all = [found.plain, found.referenced].filter((workflow) => workflow !== undefined);
    const missing = await Promise.all(all.map((workflow) => missingIn(connection, workflow, call)));
    const problems = [...new Set(missing.flat())];
    if (problems.length === 0) return { ok: true, message: there };
    return { ok: false, message: `${there}, and can't run the workflow: ${problems.join('; ')}` };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, message: `${error.message} (${connection.baseUrl})` };
  }
}

export default defineProvider({ name: 'comfyui', optionsSchema, models: MODELS.models, create });
