/** The live view. Events only change the state; a slow tick shows it, however many came between. */

import type { RunEvent } from '../../events.ts';
import { createLinesView } from '../lines.ts';
import { supportsLinks } from '../links.ts';
import { openOutput } from '../output.ts';
import { openedLine, liveLine } from '../sentences.ts';
import { initialState, reduce } from '../state.ts';
import { jobLabel } from '../state-model.ts';
import type { RunState } from '../state-model.ts';
import { summaryText } from '../summary.ts';
import type { View, ViewStreams } from '../view.ts';
import { createCanvas } from './canvas.tsx';
import { signsFor } from './look.ts';
import type { StaticItem } from './static-line.tsx';

const TICK_MS = 80;
/** Clocks go on without events. */
const IDLE_DRAW_MS = 500;

/** What an event leaves in the scrollback. */
function itemsOf(before: RunState, after: RunState, event: RunEvent): StaticItem[] {
  const items: StaticItem[] = [];
  for (const shot of after.finished) {
    if (shot.sequence <= before.finishedCount) continue;
    items.push({ kind: 'shot', shot, jobName: jobLabel(after, shot.jobId) });
  }
  if (event.event === 'run_opened' && event.uploads_only !== true) {
    const job = after.jobs.get(event.job_id);
    if (job !== undefined) items.push({ kind: 'words', text: openedLine(job), warn: false });
  }
  const words = event.event === 'notice' ? liveLine(event, '') : undefined;
  if (words !== undefined)
    items.push({ kind: 'words', text: words, warn: event.event === 'notice' && event.level === 'warn' });
  return items;
}

/** The view at a terminal. When Ink breaks, the rest of the run is told in plain lines. */
export function createInkView(streams: ViewStreams): View {
  // From the start: Ink itself would let the process fall when the terminal goes away.
  const out = openOutput(streams.stdout);
  const opened: RunEvent[] = [];
  const items: StaticItem[] = [];
  let state = initialState();
  let dirty = true;
  let drawnMs = 0;
  let closed = false;
  let fallback: View | undefined;

  const look = {
    color: streams.color,
    links: supportsLinks(streams.stdout.isTTY === true, streams.env),
    signs: signsFor(streams.env),
    resume: streams.resume,
  };
  const canvas = createCanvas(streams, look, () => {
    if (fallback !== undefined || closed) return;
    clearInterval(timer);
    fallback = createLinesView(streams);
    for (const event of opened) fallback.handle(event);
  });
  const draw = (live: boolean): void => {
    dirty = false;
    drawnMs = streams.now();
    canvas.draw({ items, state, nowMs: drawnMs, live });
  };
  const timer = setInterval(() => {
    if (dirty || streams.now() - drawnMs >= IDLE_DRAW_MS) draw(true);
  }, TICK_MS);
  timer.unref();

  return {
    handle(event) {
      if (closed) return;
      if (fallback !== undefined) return fallback.handle(event);
      if (event.event === 'run_opened') opened.push(event);
      const before = state;
      state = reduce(before, event, streams.now());
      items.push(...itemsOf(before, state, event));
      dirty = true;
      if (event.event === 'draining') canvas.wipe();
    },
    async close(summary) {
      if (closed) return;
      if (fallback !== undefined) return fallback.close(summary);
      clearInterval(timer);
      draw(false);
      closed = true;
      await canvas.end();
      out.write(`${summaryText(summary, streams)}\n`);
      await out.flush();
    },
  };
}
