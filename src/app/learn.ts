import type { ReadyProvider } from '../runner/context.ts';

/** A service may take this long to say what a model takes. */
const LEARN_TIMEOUT_MS = 30_000;

/** Reads what a model can do, where its service has to be asked. @throws {UserError} */
export async function learn({ provider }: ReadyProvider, model: string): Promise<void> {
  await provider.learn?.(model, { signal: AbortSignal.timeout(LEARN_TIMEOUT_MS) });
}
