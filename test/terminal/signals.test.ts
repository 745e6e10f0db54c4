import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchSignals } from '../../src/terminal/signals.ts';
import type { Host } from '../../src/host.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A host that can be signalled. */
function watched(drainMs: number | undefined, isTTY = true) {
  let listener: ((signal: string) => void) | undefined;
  const told: string[] = [];
  const host = {
    stdout: { isTTY },
    onSignal: (given: (signal: string) => void) => {
      listener = given;
      return () => {
        listener = undefined;
      };
    },
  } as unknown as Host;
  const watch = watchSignals(host, { drainMs, onDrain: (signal) => told.push(signal) });
  return { watch, told, send: (signal: string) => listener?.(signal), isHeard: () => listener !== undefined };
}

describe('signals', () => {
  it('abort by themselves 8 s after the first where no terminal can send a second', () => {
    const { watch, send } = watched(undefined, false);
    send('SIGTERM');
    vi.advanceTimersByTime(7_900);
    expect(watch.abort.aborted).toBe(false);
    vi.advanceTimersByTime(200);
    expect(watch.abort.aborted).toBe(true);
  });

  it('drain first, abort second', () => {
    const { watch, told, send } = watched(undefined);
    send('SIGTERM');
    expect([watch.drain.aborted, watch.abort.aborted]).toEqual([true, false]);
    vi.advanceTimersByTime(3_600_000);
    expect(watch.abort.aborted).toBe(false);
    send('SIGINT');
    expect(watch.abort.aborted).toBe(true);
    expect(told).toEqual(['SIGTERM']);
  });

  it('abort by themselves where nobody sends a second', () => {
    const { watch, send } = watched(8_000);
    send('SIGTERM');
    vi.advanceTimersByTime(7_999);
    expect(watch.abort.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(watch.abort.aborted).toBe(true);
  });

  it('are left to others when the run is over', () => {
    const { watch, send, isHeard } = watched(8_000);
    send('SIGINT');
    watch.close();
    vi.advanceTimersByTime(60_000);
    expect(watch.abort.aborted).toBe(false);
    expect(isHeard()).toBe(false);
  });
});
