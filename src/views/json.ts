/** `--json`: the public events, one JSON object a line on stdout; words for people go to stderr. */

import { isPublic } from '../events.ts';
import type { PublicEvent } from '../events.ts';
import { openOutput } from './output.ts';
import { liveLine } from './sentences.ts';
import { summaryLines } from './summary.ts';
import type { View, ViewStreams } from './view.ts';

/**
 * What JSON.stringify leaves as it is and a terminal or a line reader would act upon: DEL and C1 controls, the two
 * Unicode line ends, and the marks that change the direction of writing (Unicode TR #9, explicit formatting).
 */
const ACTIVE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** One line of JSON, without its line end: nothing in it can drive a terminal. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(ACTIVE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The event with its stamp first, so that lines are easy to read by eye. */
function stamped(event: PublicEvent): Record<string, unknown> {
  const { event: name, at, job_id, shot, ...rest } = event;
  return { event: name, at, job_id, ...(shot === undefined ? {} : { shot }), ...rest };
}

/** The view of `--json`. A closed stdout is tolerated: the run goes on. */
export function createJsonView(streams: ViewStreams): View {
  const out = openOutput(streams.stdout);
  const err = openOutput(streams.stderr);
  let closed = false;
  return {
    handle(event) {
      if (closed) return;
      if (isPublic(event)) {
        out.write(`${jsonLine(stamped(event))}\n`);
        return;
      }
      if (event.event === 'waiting' || (event.event === 'notice' && event.choice)) out.write(`${jsonLine(event)}\n`);
      const words = liveLine(event, streams.resume);
      if (words !== undefined) err.write(`${words}\n`);
    },
    async close(summary) {
      if (closed) return;
      closed = true;
      err.write(`${summaryLines(summary).join('\n')}\n`);
      await Promise.all([out.flush(), err.flush()]);
    },
  };
}
