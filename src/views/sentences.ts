/**
 * The sentences of the views, in one place. They are plain text of one line; what comes from outside is made harmless.
 */

import type { BudgetCap, RunEvent } from '../events.ts';
import { printable } from '../sanitize.ts';
import { count, duration, likeness, usd } from './format.ts';
import type { FinishedShot, JobState } from './state-model.ts';

const NOTICE_LENGTH_MAX = 1000;

/**
 * What a live event says to people; undefined for those that only change a view.
 * @param resume the command that goes on with what is left.
 */
export function liveLine(event: RunEvent, resume: string): string | undefined {
  if (event.event === 'notice') {
    const words = printable(event.message, NOTICE_LENGTH_MAX);
    return event.level === 'warn' ? `warning: ${words}` : words;
  }
  if (event.event === 'waiting') return printable(event.message, NOTICE_LENGTH_MAX);
  if (event.event === 'draining') {
    return `${printable(event.signal, 20)}: ${drainingWords(event, resume)}`;
  }
  return undefined;
}

/** What the first Ctrl-C has begun. */
function drainingWords(event: RunEvent & { event: 'draining' }, resume: string): string {
  const { in_flight: inFlight, at_provider: atProvider = 0, at_stake_usd: atStakeUsd = 0 } = event;
  if (inFlight === 0) return 'stopping, nothing is in flight';
  const waited = inFlight - atProvider;
  const them = atProvider === 1 ? 'it' : 'them';
  const parts = [
    ...(waited > 0 ? [`waiting for ${count(waited, 'picture')} in flight`] : []),
    ...(atProvider > 0 ? [`${count(atProvider, 'picture')} at the provider: \`${resume}\` collects ${them}`] : []),
  ];
  const pictures = waited === 1 ? 'it' : `${waited} pictures`;
  const forfeit =
    waited > 0 && atStakeUsd > 0 ? `. Stopped again, ${pictures} may be paid (up to ${usd(atStakeUsd)}) and lost` : '';
  return `stopping: no new requests; ${parts.join('; ')}${forfeit}`;
}

/** The cap that lets nothing more be sent. What was sent before may still come. */
export function budgetWords(cap: BudgetCap): string {
  return `the budget of ${BUDGETS[cap]} is reached, nothing more is sent`;
}

const BUDGETS: Readonly<Record<BudgetCap, string>> = {
  image: 'a picture (perImageUsd)',
  run: 'the job (perRunUsd)',
  day: 'the day (perDayUsd)',
};

/**
 * `replicate black-forest-labs/flux-dev`, with the fallbacks that were asked behind it; the model only where it says
 * more than the provider.
 */
export function providerWords(job: JobState): string {
  const own = job.model === '' || job.model === job.provider ? job.provider : `${job.provider} ${job.model}`;
  return [own, ...job.others].join(', ');
}

/** `create 3`, `pack 12`. */
export function jobWords(job: JobState): string {
  return `${job.kind} · job ${job.jobId}`;
}

/** How a shot ended: `done in 1.2 s`, `refused: …`, `failed (timeout): …`. */
export function endingWords(shot: FinishedShot): string {
  const why = shot.message === undefined || shot.message === '' ? '' : `: ${shot.message}`;
  switch (shot.ending) {
    case 'done':
      return why === ''
        ? `done in ${duration(shot.durationMs)}`
        : `done in ${duration(shot.durationMs)}, not uploaded${why}`;
    case 'uploaded':
      return 'uploaded';
    case 'scored':
      return `same face ${likeness(shot.likeness ?? 0)}${why === '' ? '' : `, looks like ${shot.message}`}`;
    case 'refused':
      return `refused${why}`;
    case 'held':
      return `held, nobody knows whether it was charged${why}`;
    case 'canceled':
      return 'canceled';
    case 'failed':
      return `failed (${shot.errorType ?? 'unknown'})${why}`;
  }
}

/** A finished shot in one line: `avatar done in 1.2 s · mira_sol_image_00001.png · $0.025 · 1/11`. */
export function finishedLine(shot: FinishedShot, more: { jobName: string | undefined; address: boolean }): string {
  const parts = [`${more.jobName === undefined ? '' : `${more.jobName} `}${shot.shot} ${endingWords(shot)}`];
  if (shot.filename !== undefined) parts.push(shot.filename);
  if (more.address && shot.url !== undefined && /^https?:/i.test(shot.url)) parts.push(shot.url);
  if (shot.ending === 'done') parts.push(usd(shot.costUsd));
  if (shot.imageCount > 0 && shot.ending !== 'uploaded') parts.push(`${shot.position}/${shot.imageCount}`);
  return parts.join(' · ');
}

/** What a job is about to do, in one line. */
export function openedLine(job: JobState): string {
  const done = job.alreadyDone > 0 ? ` (${job.alreadyDone} already done)` : '';
  const caps = [
    job.capsUsd.perRun === null ? undefined : `${usd(job.capsUsd.perRun)} a job`,
    job.capsUsd.perDay === null ? undefined : `${usd(job.capsUsd.perDay)} a day`,
  ].filter((cap) => cap !== undefined);
  return [
    job.characterName,
    jobWords(job),
    providerWords(job),
    job.kind === 'train' ? 'a LoRA' : `${count(job.imageCount, 'picture')}${done}, ${job.concurrency} at a time`,
    ...(caps.length > 0 ? [`at most ${caps.join(', ')}`] : []),
    `into ${job.output}`,
  ].join(' · ');
}
