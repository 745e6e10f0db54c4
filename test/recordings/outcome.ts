/** What came of a call to a provider, as plain data that a table can expect. */
import { ProviderError } from '../../src/errors.ts';
import type { Generated, Submission } from '../../src/providers/provider.ts';

/** An outcome: a picture, an id, or a failure by its kind. */
export type Outcome = Readonly<Record<string, unknown>>;

/** Runs a call to its end. Anything thrown that is no `ProviderError` is a bug and thrown on. */
export async function outcomeOf(call: Promise<Submission | Generated | Outcome>): Promise<Outcome> {
  try {
    return withoutUndefined(await call);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { failure, charged, status, code, retryAfterMs, expired } = error;
    return withoutUndefined({ failure, charged, status, code, retryAfterMs, ...(expired ? { expired } : {}) });
  }
}

function withoutUndefined(fields: object): Outcome {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The picture of one pixel that stands in recordings for the real one. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
