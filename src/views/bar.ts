/** One bar at the bottom of a terminal, the lines of the plain view above it. For `--no-ink`. */

import cliProgress from 'cli-progress';
import { clock, usd } from './format.ts';
import { createLineWriter } from './lines.ts';
import { openOutput } from './output.ts';
import { progressOf, ratePerMinute, spendOf, timeLeftMs } from './progress.ts';
import type { Progress } from './progress.ts';
import type { RunState } from './state-model.ts';
import { summaryText } from './summary.ts';
import type { View, ViewStreams } from './view.ts';
import { cutTo } from './width.ts';

const BAR_WIDTH_MAX = 30;

/** Whatever stands at the right of the bar: `3/11 · 2 failed · $0.075 · 4.1/min · 1 min 20 s left`. */
export function barWords(state: RunState, nowMs: number): string {
  const progress = progressOf(state);
  const rate = ratePerMinute(state, nowMs);
  const left = timeLeftMs(state, nowMs);
  return [
    `${progress.done}/${progress.imageCount}`,
    ...countedWords(progress, ['failed', 'refused', 'held']),
    usd(spendOf(state).spentUsd),
    ...(rate === undefined ? [] : [`${rate.toFixed(1)}/min`]),
    ...(left === undefined || left === 0 ? [] : [`${clock(left)} left`]),
    ...(state.draining === undefined ? [] : ['stopping']),
  ].join(' · ');
}

function countedWords(progress: Progress, states: readonly ('failed' | 'refused' | 'held')[]): string[] {
  return states.filter((state) => progress[state] > 0).map((state) => `${progress[state]} ${state}`);
}

/** The view of `--no-ink` at a terminal. */
export function createBarView(streams: ViewStreams): View {
  const out = openOutput(streams.stdout);
  const writer = createLineWriter({ addresses: 'avatar', resume: streams.resume });
  const bars = new cliProgress.MultiBar({
    stream: streams.stdout,
    // The bar is cut to the width by us and the lines above it should wrap; the cursor stays visible. So nothing is to
    // be repaired after a crash.
    linewrap: true,
    hideCursor: false,
    clearOnComplete: true,
    fps: 8,
    format: (_options, _params) => line(),
  });
  const bar = bars.create(1, 0);
  function line(): string {
    const state = writer.state();
    const width = streams.stdout.columns ?? 80;
    const progress = progressOf(state);
    const barWidth = Math.max(8, Math.min(BAR_WIDTH_MAX, Math.floor(width / 4)));
    const full = progress.imageCount === 0 ? 0 : Math.floor((progress.done / progress.imageCount) * barWidth);
    const text = `[${'='.repeat(full)}${'-'.repeat(barWidth - full)}] ${barWords(state, streams.now())}`;
    return cutTo(text, width - 1);
  }
  let closed = false;
  return {
    handle(event) {
      if (closed) return;
      for (const text of writer.take(event, streams.now())) bars.log(`${text}\n`);
      bar.update(progressOf(writer.state()).done);
    },
    async close(summary) {
      if (closed) return;
      closed = true;
      // What was said since the last tick is still in the bar's buffer.
      bars.update();
      bars.stop();
      out.write(`${summaryText(summary, streams)}\n`);
      await out.flush();
    },
  };
}
