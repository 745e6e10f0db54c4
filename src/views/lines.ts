/** Plain lines for pipes, CI and terminals that can't do more: one line for whatever is worth one, with the time. */

import type { PublicEvent, RunEvent } from '../events.ts';
import { printable } from '../sanitize.ts';
import { duration, timeOfDay, usd } from './format.ts';
import { openOutput } from './output.ts';
import { progressOf, shotsInOrder, timeLeftMs } from './progress.ts';
import { budgetWords, finishedLine, openedLine, liveLine } from './sentences.ts';
import { initialState, momentOf, reduce } from './state.ts';
import { jobLabel } from './state-model.ts';
import type { RunState } from './state-model.ts';
import { summaryText } from './summary.ts';
import type { View, ViewStreams } from './view.ts';

/** Retries of one kind are told at most this often; those between are counted. */
const RETRY_LINE_EVERY_MS = 15_000;
/** After this long without a line, one says what is being waited for. */
const SILENCE_MAX_MS = 30_000;

/** Turns events into lines, without their time. Keeps the state, so that other plain views can use it too. */
export interface LineWriter {
  /** The lines that an event is worth: mostly none or one. */
  take(event: RunEvent, nowMs: number): string[];
  /** What is waited for, when nothing was said for half a minute. */
  heartbeat(nowMs: number): string[];
  state(): RunState;
}

/**
 * Makes a line writer. `addresses`: whose web addresses are told, those of all images or the avatar's alone; `resume`:
 * the command that goes on with what is left.
 */
export function createLineWriter(options: { addresses: 'all' | 'avatar'; resume: string }): LineWriter {
  let state = initialState();
  let lastLineMs: number | undefined;
  const retries = new Map<string, { toldMs: number; untold: number }>();

  function linesOf(event: RunEvent, nowMs: number, shown: number): string[] {
    const lines: string[] = [];
    // To look at each that is remembered, at several events a picture, took a quarter of this view's time.
    for (const shot of state.finishedCount === shown ? [] : state.finished) {
      if (shot.sequence <= shown) continue;
      const jobName = jobLabel(state, shot.jobId);
      lines.push(finishedLine(shot, { jobName, address: options.addresses === 'all' || shot.shot === 'avatar' }));
    }
    const words = liveLine(event, options.resume);
    if (words !== undefined) lines.push(words);
    if (event.event === 'run_opened' && event.uploads_only !== true) {
      const job = state.jobs.get(event.job_id);
      if (job !== undefined) lines.push(openedLine(job));
    }
    if (event.event === 'budget_reached') {
      const label = jobLabel(state, event.job_id);
      const whose = label === undefined ? '' : `${label}: `;
      const money = `${usd(event.spent_usd)} spent, ${usd(event.reserved_usd)} reserved`;
      lines.push(`${whose}${budgetWords(event.cap)}: ${money}`);
    }
    if (event.event === 'generation_failed' && event.retry_at !== null) lines.push(...retryLine(event, nowMs));
    return lines;
  }

  function retryLine(event: PublicEvent & { event: 'generation_failed' }, nowMs: number): string[] {
    const kind = printable(event.error_type, 40);
    const told = retries.get(kind);
    if (told !== undefined && nowMs - told.toldMs < RETRY_LINE_EVERY_MS) {
      told.untold += 1;
      return [];
    }
    const others = told === undefined || told.untold === 0 ? '' : ` (and ${told.untold} more of these before)`;
    retries.set(kind, { toldMs: nowMs, untold: 0 });
    const wait = duration(Date.parse(event.retry_at ?? '') - nowMs);
    const shot = labeled(state, event.job_id, printable(event.shot ?? ''));
    return [`${shot} ${kind}, again in ${wait}: ${printable(event.message, 300)}${others}`];
  }

  return {
    take(event, nowMs) {
      const shown = state.finishedCount;
      state = reduce(state, event, nowMs);
      const lines = linesOf(event, nowMs, shown);
      if (lines.length > 0) lastLineMs = nowMs;
      return lines;
    },
    heartbeat(nowMs) {
      lastLineMs ??= nowMs;
      if (nowMs - lastLineMs < SILENCE_MAX_MS || state.active.size === 0) return [];
      lastLineMs = nowMs;
      return [waitingLine(state, nowMs)];
    },
    state: () => state,
  };
}

/** Words about a job, which is named where several share the run. */
function labeled(state: RunState, jobId: string, words: string): string {
  const label = jobLabel(state, jobId);
  return label === undefined ? words : `${label} ${words}`;
}

function waitingLine(state: RunState, nowMs: number): string {
  const progress = progressOf(state);
  const oldest = shotsInOrder(state).reduce((a, b) => (b.sinceMs < a.sinceMs ? b : a));
  const left = timeLeftMs(state, nowMs);
  return [
    `waiting: ${progress.inFlight} in flight, ${progress.backoff + progress.queued} to go`,
    `${labeled(state, oldest.jobId, oldest.shot)} for ${duration(nowMs - oldest.sinceMs)}`,
    `${progress.done}/${progress.imageCount} done`,
    ...(left === undefined ? [] : [`about ${duration(left)} left`]),
  ].join(' · ');
}

/** The plain view: lines on stdout, the summary at the end. */
export function createLinesView(streams: ViewStreams): View {
  const out = openOutput(streams.stdout);
  const writer = createLineWriter({ addresses: 'all', resume: streams.resume });
  const say = (lines: readonly string[], atMs: number): void => {
    for (const line of lines) out.write(`[${timeOfDay(atMs)}] ${line}\n`);
  };
  const timer = setInterval(() => say(writer.heartbeat(streams.now()), streams.now()), SILENCE_MAX_MS / 6);
  timer.unref();
  let closed = false;
  return {
    handle(event) {
      if (closed) return;
      const nowMs = streams.now();
      say(writer.take(event, nowMs), momentOf(writer.state(), event, nowMs));
    },
    async close(summary) {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      out.write(`${summaryText(summary, streams)}\n`);
      await out.flush();
    },
  };
}
