/** A queue made of a few readings, on a clock of its own. */
import { ProviderError, type ProviderFailure } from '../../../src/errors.ts';
import type { CallContext, Collected } from '../../../src/providers/provider.ts';
import { collectFromQueue, type Queue, type Reading } from '../../../src/providers/queue.ts';
import { VirtualClock } from '../clock.ts';

const HOUR_MS = 3_600_000;
export const picture = { kind: 'url', url: 'https://cdn.test/a.png' } as const;
export const made: Reading = { state: 'generated', image: picture };
export const running: Reading = { state: 'running' };
export const missing: Reading = { state: 'missing', why: 'no output' };

/** A reading that fails. */
export function fails(failure: ProviderFailure['failure'], more: Partial<ProviderFailure> = {}): ProviderError {
  return new ProviderError(`the service says ${failure}`, { failure, ...more });
}

export const notFound = fails('rejected', { status: 404 });

/** Where the work ends badly: thrown by `resultOf`, not by the reading. */
interface Ended {
  ended: ProviderError;
}

interface Scene {
  /** In order; the last is said for ever. */
  says: readonly (Reading | ProviderError | Ended)[];
  acceptedMsAgo?: number;
  timeoutMs?: number;
  onPhase?: CallContext['onPhase'];
  signal?: AbortSignal;
  onRead?: (reading: number) => void;
}

/** Collects; tells when each reading was made, in ms after the start, and how it ended. */
export async function collecting(scene: Scene): Promise<{ end: Collected | ProviderError; readAtMs: number[] }> {
  const clock = new VirtualClock();
  const startMs = clock.now();
  const readAtMs: number[] = [];
  const queue: Queue<Reading | Ended> = {
    service: 'Paper',
    retentionMs: HOUR_MS,
    pollMs: 100,
    pollMaxMs: 1000,
    read: () => {
      const said = scene.says[Math.min(readAtMs.length, scene.says.length - 1)];
      readAtMs.push(clock.now() - startMs);
      scene.onRead?.(readAtMs.length);
      return said === undefined || said instanceof ProviderError ? Promise.reject(said) : Promise.resolve(said);
    },
    resultOf: (work) => {
      if ('ended' in work) throw work.ended;
      return work;
    },
  };
  const accepted = { remoteId: 'r1', acceptedAtMs: startMs - (scene.acceptedMsAgo ?? 0), sent: {} };
  const call = {
    signal: scene.signal ?? new AbortController().signal,
    ...(scene.onPhase && { onPhase: scene.onPhase }),
  };
  const waiting = { now: clock.now, elapsed: clock.elapsed, sleep: clock.sleep, timeoutMs: scene.timeoutMs ?? 10_000 };
  const end = await clock.drive(
    collectFromQueue(queue, accepted, waiting, call).catch((error: unknown) => {
      if (error instanceof ProviderError) return error;
      throw error;
    }),
  );
  return { end, readAtMs };
}
