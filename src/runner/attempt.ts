import { LostLease } from '../ledger/connection.ts';
import { collect } from './collect.ts';
import { downloadAnswer } from './download.ts';
import { lookUp } from './look-up.ts';
import type { AttemptContext, AttemptEnd, OpenAttempt, Step } from './open-attempt.ts';
import { saveAnswer } from './save.ts';
import { submit } from './submit.ts';

/**
 * Brings an attempt from wherever it is to its end: intent → accepted → generated → staged → named → done. Every step
 * is committed before the next, so that another process can go on from any of them (docs/ledger.md). File system errors
 * come out; everything else is an end.
 */
export async function runAttempt(context: AttemptContext, from: OpenAttempt): Promise<AttemptEnd> {
  try {
    let step: Step = { open: from };
    while ('open' in step) step = await nextStep(context, step.open);
    return step.end;
  } catch (error) {
    if (error instanceof LostLease) return { kind: 'lease-lost' };
    throw error;
  }
}

function nextStep(context: AttemptContext, open: OpenAttempt): Promise<Step> {
  const { attempt } = open;
  switch (attempt.state) {
    case 'intent':
      return open.doubt ? lookUp(context, open, open.doubt) : submit(context, open);
    case 'accepted':
      return collect(context, open);
    case 'generated':
      if (attempt.staged !== null) return saveAnswer(context, open, attempt.staged);
      return downloadOrCollect(context, open, attempt.url ?? open.unkeptUrl);
    default:
      throw new Error(`attempt ${attempt.id} is ${attempt.state}, not open`);
  }
}

function downloadOrCollect(context: AttemptContext, open: OpenAttempt, url: string | undefined): Promise<Step> {
  return url === undefined ? collect(context, open) : downloadAnswer(context, open, url);
}
