/** What the state of a job is called, wherever it is told. Pure. */
import type { JobInfo } from '../app/status.ts';

/**
 * One word: `running`: a process works on it; `stopped`: something is left and nobody works on it; `ended`; `canceled`.
 */
export function stateWord({ state, running }: Pick<JobInfo, 'state' | 'running'>): string {
  if (state !== 'open') return state;
  return running ? 'running' : 'stopped';
}
