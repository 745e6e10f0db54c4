/**
 * Waits for an accepted prediction by reading it now and then. The client's own `wait()` never ends on `aborted`.
 */
import { ProviderError } from '../../errors.ts';
import type { CallContext, Generated } from '../provider.ts';
import { ask, type Connection } from './connection.ts';
import { expired, type Prediction, predictionSchema, progressOf, settled } from './prediction.ts';

/** How to wait. */
export interface Waiting {
  timeoutMs: number;
  /** Time between the first two readings; it grows up to ten times. */
  pollMs: number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** See `settled`. */
  official: boolean;
}

const READ_TIMEOUT_MS = 30_000;
const SLOWER = 1.5;
const SLOWEST = 10;

/**
 * Reads the prediction until it has ended. Readings that fail in passing (429, 5xx, a broken connection) are repeated,
 * no sooner than the service asks.
 * @throws {ProviderError} how it ended. With the code `still-running` it has not ended as far as we know: the time is
 *   over (`timeout`), or the service does not let us read it. It may finish and be billed, so the remote id must be
 *   kept and collected by a later run. After an abort: `interrupted`, charged `maybe`, the same holds.
 */
export async function collectPrediction(
  connection: Connection,
  remoteId: string,
  waiting: Waiting,
  call: CallContext,
): Promise<Generated> {
  const endMs = connection.now() + waiting.timeoutMs;
  let delayMs = waiting.pollMs;
  for (;;) {
    const { prediction, waitMs = 0, problem } = await read(connection, remoteId, call.signal);
    const generated = prediction && settled(prediction, waiting.official);
    if (generated !== undefined) return generated;
    if (prediction !== undefined) call.onPhase?.('waiting', progressOf(prediction));
    const leftMs = endMs - connection.now();
    if (leftMs <= 0)
      throw stillRunning(
        `no result after ${Math.round(waiting.timeoutMs / 1000)} s${problem === undefined ? '' : ` (${problem})`}`,
        'timeout',
      );
    await pause(Math.min(Math.max(delayMs, waitMs), leftMs), waiting, call.signal);
    delayMs = Math.min(delayMs * SLOWER, waiting.pollMs * SLOWEST);
  }
}

interface Reading {
  prediction?: Prediction;
  /** What the service asked us to wait. */
  waitMs?: number | undefined;
  /** Why it could not be read; it may pass. */
  problem?: string;
}

async function read(connection: Connection, remoteId: string, signal: AbortSignal): Promise<Reading> {
  try {
    return {
      prediction: await ask(
        connection,
        { asked: 'read', signal, timeoutMs: READ_TIMEOUT_MS },
        predictionSchema,
        (client) => client.predictions.get(remoteId, { signal }),
      ),
    };
  } catch (error) {
    if (signal.aborted) throw stopped();
    if (!(error instanceof ProviderError)) throw error;
    if (error.status === 404 || error.status === 410)
      throw expired(`Replicate does not know prediction ${remoteId} (any more): ${error.message}`);
    if (error.failure === 'unavailable' || error.failure === 'rate-limited')
      return { waitMs: error.retryAfterMs, problem: error.message };
    throw stillRunning(error.message, error.failure, error.status);
  }
}

async function pause(ms: number, waiting: Waiting, signal: AbortSignal): Promise<void> {
  await waiting.sleep(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (signal.aborted) throw stopped();
}

function stopped(): ProviderError {
  return new ProviderError('stopped waiting; the work goes on at Replicate and can be collected by the next run', {
    failure: 'interrupted',
    charged: 'maybe',
    code: 'still-running',
  });
}

function stillRunning(message: string, failure: ProviderError['failure'], status?: number): ProviderError {
  return new ProviderError(`${message}; the prediction may still finish: run again to collect it`, {
    failure,
    charged: 'maybe',
    code: 'still-running',
    status,
  });
}
