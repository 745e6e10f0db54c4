/** Faces that were compared, as the live views tell them. Pure. */
import type { PublicEvent } from '../events.ts';
import { printable } from '../sanitize.ts';
import { shownName } from './state-active.ts';
import { FINISHED_KEPT, type FinishedShot, type RunState } from './state-model.ts';

/** A face was compared: told beside the shots that ended, and counted with none of them. */
export function scored(state: RunState, event: PublicEvent & { event: 'image_scored' }): RunState {
  const finished: FinishedShot = {
    sequence: state.finishedCount + 1,
    jobId: event.job_id,
    shot: shownName(event.shot ?? ''),
    ending: 'scored',
    durationMs: 0,
    costUsd: 0,
    filename: printable(event.filename),
    url: undefined,
    errorType: undefined,
    message: event.looks_like === undefined ? undefined : printable(event.looks_like),
    likeness: event.score,
    position: 0,
    imageCount: 0,
    revived: false,
  };
  return { ...state, finished: [...state.finished, finished].slice(-FINISHED_KEPT), finishedCount: finished.sequence };
}
