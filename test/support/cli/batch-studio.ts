/** A folder whose pictures are made by an emulated service that takes batches. */
import { afterEach } from 'vitest';
import { type Emulator, startEmulator } from '../../emulators/emulator.ts';
import { gemini, type GeminiService } from '../../emulators/gemini.ts';
import { openai, type OpenAIService } from '../../emulators/openai.ts';
import { ask, imggen, newStudio, type Ran } from './imggen.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** Longer than any test. */
const HOUR_MS = 3_600_000;

/** What a test works with. */
export interface BatchStudio<Service> {
  folder: string;
  emulator: Emulator;
  service: Service;
  run: (...args: string[]) => Promise<Ran & { said: string }>;
  /** Calls of an operation. */
  calls: (operation: string) => number;
  /** What was charged, in micro-dollars. */
  charged: () => number;
}

/** OpenAI, whose batches run until `service.control.batchMs` says otherwise. */
export async function openaiStudio(config: Record<string, unknown> = {}): Promise<BatchStudio<OpenAIService>> {
  const service = openai({ apiKey: 'emulated-key', batch: { batchMs: HOUR_MS } });
  const emulator = await startEmulator(service);
  const folder = newStudio({ provider: 'openai', size: '1024x1024', quality: 'low', ...config });
  const env = { OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` };
  return { service, ...studioOf(folder, emulator, env) };
}

/** Gemini, whose batches run until `service.control.batchMs` says otherwise. */
export async function geminiStudio(config: Record<string, unknown> = {}): Promise<BatchStudio<GeminiService>> {
  const service = gemini({ apiKey: 'emulated-key', batch: { batchMs: HOUR_MS } });
  const emulator = await startEmulator(service);
  const folder = newStudio({ provider: 'gemini', size: '1024x1024', ...config });
  const env = { GEMINI_API_KEY: 'emulated-key', GOOGLE_GEMINI_BASE_URL: emulator.url };
  return { service, ...studioOf(folder, emulator, env) };
}

/** The same around any emulator. */
function studioOf(folder: string, emulator: Emulator, env: Record<string, string>) {
  running.push(emulator);
  return {
    folder,
    emulator,
    run: async (...args: string[]) => {
      const ran = await imggen(folder, args, { env });
      return { ...ran, said: ran.stdout + ran.stderr };
    },
    calls: (operation: string) => emulator.requests.filter((request) => request.operation === operation).length,
    charged: () => emulator.charges().reduce((sum, { amountMicros }) => sum + amountMicros, 0),
  };
}

/** Shots of the ledger by state, as `{ done: 3 }`. */
export function statesIn(folder: string): Record<string, number> {
  const rows = ask<{ state: string; n: number }>(folder, 'SELECT state, COUNT(*) n FROM shots GROUP BY state');
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

/** Micro-dollars of the ledger by the state of their reservation. */
export function moneyIn(folder: string): Record<string, number> {
  const sql = `SELECT state, SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE spent_micros END) micros
    FROM reservations GROUP BY state`;
  const rows = ask<{ state: string; micros: number }>(folder, sql);
  return Object.fromEntries(rows.map(({ state, micros }) => [state, micros]));
}
