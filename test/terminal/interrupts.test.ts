import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { passInterrupts } from '../../src/terminal/interrupts.ts';
import { FakeTerminal } from '../support/view-events.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A run whose user can interrupt it, and what was asked of it. */
function interrupted(drainMs: number | undefined, isTTY = true) {
  const asked: string[] = [];
  const run = { stop: (by = '') => void asked.push(`stop ${by}`), abort: () => void asked.push('abort') };
  let listener: ((name: string) => void) | undefined;
  const onInterrupt = (given: (name: string) => void) => {
    listener = given;
    return () => {
      listener = undefined;
    };
  };
  const close = passInterrupts(
    run,
    { stdout: new FakeTerminal({ columns: 80, rows: 24, isTTY }), onInterrupt },
    drainMs,
  );
  return { asked, close, send: (name: string) => listener?.(name), isHeard: () => listener !== undefined };
}

describe('interrupts', () => {
  it('stop a run first, and abort it the second time', () => {
    const { asked, send } = interrupted(undefined);
    send('SIGTERM');
    vi.advanceTimersByTime(3_600_000);
    expect(asked).toEqual(['stop SIGTERM']);
    send('SIGINT');
    expect(asked).toEqual(['stop SIGTERM', 'abort']);
  });

  it('abort a run 8 s after the first where no terminal can send a second', () => {
    const { asked, send } = interrupted(undefined, false);
    send('SIGTERM');
    vi.advanceTimersByTime(7_900);
    expect(asked).toEqual(['stop SIGTERM']);
    vi.advanceTimersByTime(200);
    expect(asked).toEqual(['stop SIGTERM', 'abort']);
  });

  it('abort a run after the time that the config gives', () => {
    const { asked, send } = interrupted(3_000);
    send('SIGTERM');
    vi.advanceTimersByTime(2_999);
    expect(asked).toEqual(['stop SIGTERM']);
    vi.advanceTimersByTime(1);
    expect(asked).toEqual(['stop SIGTERM', 'abort']);
  });

  it('are left to others when the run is over', () => {
    const { asked, close, send, isHeard } = interrupted(8_000);
    send('SIGINT');
    close();
    vi.advanceTimersByTime(60_000);
    expect(asked).toEqual(['stop SIGINT']);
    expect(isHeard()).toBe(false);
  });
});
