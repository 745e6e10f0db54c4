import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { liveLine } from '../../src/views/sentences.ts';
import { initialState, reduce } from '../../src/views/state.ts';
import type { RunState } from '../../src/views/state-model.ts';
import { ctrlCWords, stoppingWords } from '../../src/views/stopping.ts';
import { opened, started, T0 } from '../support/view-events.ts';

function submitted(shot: string): RunEvent {
  return { event: 'generation_submitted', at: '', job_id: '3', shot, remote_id: shot };
}

/** A run with requests that cost something: `a` is accepted by the provider, `b` waits for its answer. */
function run(shots: readonly ('waiting' | 'sending')[], canAsk: boolean, reservedUsd = 0.1): RunState {
  const events: RunEvent[] = [
    opened({ can_ask: canAsk }),
    { event: 'spend', job_id: '3', spent_usd: 0, reserved_usd: reservedUsd, spent_day_usd: 0 },
    ...shots.flatMap((phase, i): RunEvent[] => [
      started(`s${i}`),
      ...(phase === 'waiting' ? [submitted(`s${i}`)] : []),
      // A service that is at work on the line says `waiting`, too.
      { event: 'shot_phase', job_id: '3', shot: `s${i}`, phase: 'waiting' },
    ]),
  ];
  return events.reduce((state, event) => reduce(state, event, T0), initialState());
}

test.each<[string, RunState, string]>([
  [
    'accepted work is let go, and collected later',
    run(['waiting', 'waiting'], true),
    'Ctrl-C: sends nothing new, lets go of 2 at the provider, `imggen resume` collects',
  ],
  [
    'an answer that comes once only is waited for, and is what a second Ctrl-C forfeits',
    run(['sending', 'sending'], false),
    'Ctrl-C: sends nothing new, waits for 2 in flight; twice: 2 pictures (up to $0.10) may be paid and lost',
  ],
  [
    'a provider that can be asked is asked later',
    run(['sending'], true),
    'Ctrl-C: sends nothing new, waits for 1 in flight; twice: at once, `imggen resume` looks for it',
  ],
  [
    'what costs nothing is no loss',
    run(['sending'], false, 0),
    'Ctrl-C: sends nothing new, waits for 1 in flight; twice: stops at once',
  ],
])('before the first Ctrl-C: %s', (_, state, words) => {
  expect(ctrlCWords(state, 'imggen resume')[0]).toBe(words);
});

test('after it: who is waited for, who is let go, and what a second one forfeits', () => {
  const state = run(['sending', 'waiting'], false);
  expect(stoppingWords(state, 'imggen resume')[0]).toBe(
    'Stopping: waiting for 1 in flight, letting go of 1. Ctrl-C again: 1 picture (up to $0.10) may be paid and lost',
  );
});

test('in plain lines: what stopping a second time may forfeit, with the money', () => {
  const draining = { event: 'draining', signal: 'SIGINT', in_flight: 2, at_provider: 0 } as const;
  expect(liveLine({ ...draining, at_stake_usd: 0.12 }, 'imggen resume')).toBe(
    'SIGINT: stopping: no new requests; waiting for 2 pictures in flight. ' +
      'Stopped again, 2 pictures may be paid (up to $0.12) and lost',
  );
  expect(liveLine(draining, 'imggen resume')).not.toContain('lost');
});
