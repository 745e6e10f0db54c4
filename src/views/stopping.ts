/** What Ctrl-C does to this very run, in words, the longest first: a view takes the first that fits. Pure. */

import { count, usd } from './format.ts';
import { spendOf } from './progress.ts';
import type { RunState } from './state-model.ts';

/** Of a job that another process makes. */
export const WATCHING_WORDS: readonly string[] = ['Ctrl-C stops watching; the run goes on', 'Ctrl-C stops watching'];

/** What the first Ctrl-C begins. @param resume the command that goes on with what is left. */
export function ctrlCWords(state: RunState, resume: string): readonly string[] {
  const { waited, left } = inFlight(state);
  if (waited + left === 0) return ['Ctrl-C stops; what is made is kept', 'Ctrl-C stops'];
  const after = left > 0 ? `lets go of ${left} at the provider, \`${resume}\` collects` : '';
  const now = waited > 0 ? `waits for ${waited} in flight` : '';
  const what = [now, after].filter((words) => words !== '').join(', ');
  const twice = waited > 0 ? `; twice: ${forfeit(state, waited, resume)}` : '';
  return [
    `Ctrl-C: sends nothing new, ${what}${twice}`,
    `Ctrl-C: ${what}${twice}`,
    `Ctrl-C: ${what}`,
    left > 0 ? `Ctrl-C stops, \`${resume}\` collects` : 'Ctrl-C stops, waits for what is sent',
    'Ctrl-C stops',
  ];
}

/** What goes on after the first Ctrl-C, and what a second one does. @param resume as above. */
export function stoppingWords(state: RunState, resume: string): readonly string[] {
  const { waited, left, uploading } = inFlight(state);
  if (waited + left + uploading === 0) return ['Stopping: nothing is in flight', 'Stopping'];
  const parts = [
    waited > 0 ? `waiting for ${waited} in flight` : '',
    uploading > 0 ? `${uploading} uploading` : '',
    left > 0 ? `letting go of ${left}` : '',
  ].filter((words) => words !== '');
  const again = waited > 0 ? forfeit(state, waited, resume) : `stops at once, \`${resume}\` goes on`;
  return [
    `Stopping: ${parts.join(', ')}. Ctrl-C again: ${again}`,
    `Stopping: ${parts.join(', ')}. Ctrl-C again: at once`,
    `Stopping: ${count(waited + left + uploading, 'picture')} to wait for`,
  ];
}

/** What a second Ctrl-C costs: an answer on its way is lost; whether its picture is paid can then only be asked for. */
function forfeit(state: RunState, waited: number, resume: string): string {
  const { reservedUsd } = spendOf(state);
  if (reservedUsd === 0) return 'stops at once';
  const asks = [...state.jobs.values()].every((job) => job.canAsk);
  const pictures = count(waited, 'picture');
  return asks
    ? `at once, \`${resume}\` looks for ${waited === 1 ? 'it' : 'them'}`
    : `${pictures} (up to ${usd(reservedUsd)}) may be paid and lost`;
}

/** Accepted work goes on at the provider without us; all other work is waited for. */
function inFlight(state: RunState): { waited: number; left: number; uploading: number } {
  const counts = { waited: 0, left: 0, uploading: 0 };
  for (const shot of state.active.values()) {
    if (shot.completed !== undefined || shot.phase === 'uploading') counts.uploading += 1;
    else if (shot.phase === 'waiting' && shot.accepted) counts.left += 1;
    else if (shot.phase !== 'backoff') counts.waited += 1;
  }
  return counts;
}
