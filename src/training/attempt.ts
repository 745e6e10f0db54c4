import { LostLease } from '../ledger/connection.ts';
import type { Lora } from '../ledger/records.ts';
import { collect } from '../runner/collect.ts';
import { bringAnswer } from '../runner/download.ts';
import { tidyIds } from '../runner/kept-id.ts';
import { lookUp } from '../runner/look-up.ts';
import type { AttemptEnd, OpenAttempt, Step } from '../runner/open-attempt.ts';
import { submit } from '../runner/submit.ts';
import { saveWeights, type TrainingContext, tryWeights } from './weights.ts';

/** How the work on a training ended. */
export type TrainingAttemptEnd = AttemptEnd | { kind: 'trained'; lora: Lora };

/** Brings an attempt to its end. @throws what the disk or the ledger throws: the training is let go. */
export async function bringTraining(context: TrainingContext, from: OpenAttempt): Promise<TrainingAttemptEnd> {
  let open = from;
  try {
    await tidyIds(context, from);
    for (;;) {
      const step = await nextStep(context, open);
      if ('trained' in step) return { kind: 'trained', lora: step.trained };
      if ('end' in step) return step.end;
      open = step.open;
    }
  } catch (error) {
    if (error instanceof LostLease) return { kind: 'lease-lost' };
    letGo(context, from);
    throw error;
  } finally {
    await open.file.close();
  }
}

/** Any later run goes on with it. What can't be written now is told by this process's lock, once it has ended. */
function letGo({ ledger }: TrainingContext, { lease }: OpenAttempt): void {
  try {
    ledger.attempts.release(lease);
  } catch {
    // It has ended, or the ledger can't be written.
  }
}

function nextStep(context: TrainingContext, open: OpenAttempt): Promise<Step | { trained: Lora }> {
  const { attempt } = open;
  switch (attempt.state) {
    case 'intent':
      return open.doubt ? lookUp(context, open, open.doubt) : submit(context, open);
    case 'accepted':
      return collect(context, open);
    case 'generated': {
      if (attempt.staged !== null) return saveWeights(context, open, attempt.staged);
      const url = attempt.url ?? open.unkeptUrl;
      return url === undefined ? collect(context, open) : bringAnswer(context, open, url, tryWeights);
    }
    default:
      throw new Error(`attempt ${attempt.id} is ${attempt.state}, not open`);
  }
}
