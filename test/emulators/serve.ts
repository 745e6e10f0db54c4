/**
 * Runs an emulator for a person to try the built program against:
 * `node test/emulators/serve.ts replicate --port 8080 --journal charges.jsonl --latency 200 --fault
 * submit:reset-after:0.1`
 */
import { parseArgs } from 'node:util';
import type { Fault, FaultKind } from './faults.ts';
import { startEmulator } from './emulator.ts';
import type { Service } from './service.ts';

/** Name → the service and the environment variables that point the program to it. */
const SERVICES: Record<
  string,
  () => Promise<{ service: Service; environment: (url: string) => Record<string, string> }>
> = {
  replicate: async () => ({
    service: (await import('./replicate.ts')).replicate({
      models: [(await import('./replicate/flux-dev-lora.ts')).fluxDevLora],
    }),
    environment: (url) => ({ REPLICATE_BASE_URL: `${url}/v1`, REPLICATE_API_TOKEN: 'emulated' }),
  }),
  openai: async () => ({
    service: (await import('./openai.ts')).openai(),
    environment: (url) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'emulated' }),
  }),
  gemini: async () => ({
    service: (await import('./gemini.ts')).gemini({ imagen: true }),
    environment: (url) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'emulated' }),
  }),
  bfl: async () => ({
    service: (await import('./bfl.ts')).bfl(),
    environment: (url) => ({ BFL_BASE_URL: url, BFL_API_KEY: 'emulated' }),
  }),
  fal: async () => ({
    service: (await import('./fal.ts')).fal(),
    environment: (url) => ({ FAL_BASE_URL: url, FAL_KEY: 'emulated:key' }),
  }),
  modal: async () => ({
    service: (await import('./modal.ts')).modal(),
    environment: (url) => ({ MODAL_BASE_URL: url, MODAL_KEY: 'emulated', MODAL_SECRET: 'emulated' }),
  }),
  runpod: async () => {
    const { OWN_ENDPOINT, runpod } = await import('./runpod.ts');
    return {
      service: runpod(),
      environment: (url) => ({
        RUNPOD_ENDPOINT_BASE_URL: `${url}/v2`,
        RUNPOD_API_KEY: 'emulated',
        RUNPOD_ENDPOINT_ID: OWN_ENDPOINT,
      }),
    };
  },
  a1111: async () => ({
    service: (await import('./a1111.ts')).a1111(),
    environment: (url) => ({ A1111_BASE_URL: url }),
  }),
  localai: async () => ({
    service: (await import('./localai.ts')).localai(),
    environment: (url) => ({ OPENAI_COMPATIBLE_BASE_URL: `${url}/v1` }),
  }),
  comfyui: async () => ({
    service: (await import('./comfyui.ts')).comfyui(),
    environment: (url) => ({ COMFYUI_BASE_URL: url }),
  }),
  cloudinary: async () => {
    const { cloudAccount, cloudinaryService, cloudinaryUrl } = await import('./cloudinary.ts');
    const account = cloudAccount(values.directory === undefined ? {} : { directory: values.directory });
    return {
      service: cloudinaryService(account),
      environment: (url) => ({ CLOUDINARY_URL: cloudinaryUrl(account, url) }),
    };
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '0' },
    journal: { type: 'string' },
    /** Where a store keeps what it holds. */
    directory: { type: 'string' },
    latency: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    fault: { type: 'string', multiple: true, default: [] },
  },
});
const make = SERVICES[positionals[0] ?? ''];
if (make === undefined) {
  console.error(
    `usage: node test/emulators/serve.ts ${Object.keys(SERVICES).join('|')} [--port N] [--journal FILE] ` +
      '[--latency MS] [--seed N] [--fault OPERATION:KIND[:SHARE]]…',
  );
  process.exitCode = 2;
} else {
  const { service, environment } = await make();
  const faults = values.fault.map((text): Fault => {
    const [on = '*', kind = 'status', share] = text.split(':');
    return { on, kind: kind as FaultKind, ...(share === undefined ? {} : { share: Number(share) }) };
  });
  const emulator = await startEmulator(service, {
    port: Number(values.port),
    latencyMs: Number(values.latency),
    seed: Number(values.seed),
    faults,
    ...(values.journal === undefined ? {} : { journal: values.journal }),
  });
  console.log(
    Object.entries(environment(emulator.url))
      .map(([name, value]) => `export ${name}='${value}'`)
      .join('\n'),
  );
  process.once('SIGINT', () => void emulator.close());
}
