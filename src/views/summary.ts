/** The last words of a run: what was made, where it is, what it cost, what failed and how to go on. Pure. */

import { styleText } from 'node:util';
import { printable } from '../sanitize.ts';
import { count, duration, likeness, usd } from './format.ts';
import type { JobSummary, RunSummary, ShotFailure } from './view.ts';
import { wrapped } from './wrap.ts';

/** Shots named in one line of a group of failures; the rest is a number. */
const NAMES_MAX = 6;
const MESSAGE_LENGTH_MAX = 400;
/** Columns of ` and 999 more`. */
const MORE_WIDTH = 13;

/**
 * The summary as plain lines. Where `width` is given, the names of failures are cut to so many columns, and sentences
 * break between words; paths and commands stay whole.
 */
export function summaryLines(summary: RunSummary, width = Infinity): string[] {
  const lines = [printable(summary.headline)];
  const fitted = (line: string): string[] => wrapped(line, width).split('\n');
  for (const job of summary.jobs) lines.push(...jobLines(job, summary.jobs.length > 1).flatMap(fitted));
  if (summary.folder !== '') lines.push(`  in ${printable(summary.folder)}`);
  lines.push(...failureLines(summary, width));
  for (const notice of summary.notices) lines.push(...fitted(printable(notice)));
  for (const warning of summary.warnings) lines.push(...fitted(`warning: ${printable(warning)}`));
  if (summary.next.length > 0)
    lines.push(`Go on with: ${summary.next.map((command) => printable(command)).join('  or  ')}`);
  return lines;
}

/** Only what went wrong, for `--quiet`: nothing at all when nothing did. */
export function troubleLines(summary: RunSummary): string[] {
  return summary.exitCode === 0 && summary.failures.length === 0 ? [] : summaryLines(summary);
}

function jobLines(job: JobSummary, named: boolean): string[] {
  const name = named ? `${printable(job.characterName)} (job ${printable(job.jobId)}): ` : '';
  const parts = [
    `${name}${job.completed} of ${count(job.imageCount, 'picture')}`,
    usd(job.costUsd),
    duration(job.durationMs),
    ...(typeof job.consistency === 'number' ? [`same face ${likeness(job.consistency)}`] : []),
  ];
  const lines = [`  ${parts.join(' · ')}`];
  const missing = missingWords(job);
  if (missing !== '') lines.push(`  ${missing}`);
  if (job.held > 0) {
    lines.push(
      `  held: ${count(job.held, 'request')} went out and no answer came back. ` +
        `${job.held === 1 ? 'It' : 'They'} may have been charged, so nothing is sent again by itself.`,
    );
  }
  if (job.reservedUsd > 0) {
    lines.push(`  ${usd(job.reservedUsd)} is still reserved: it counts as spent until the real cost is known.`);
  }
  return lines;
}

function missingWords(job: JobSummary): string {
  const kinds: [number, string][] = [
    [job.refused, 'refused'],
    [job.failed, 'failed'],
    [job.held, 'held'],
    [job.canceled, 'canceled'],
    [job.remaining - job.takesLeft, 'not made yet'],
    [job.takesLeft, job.takesLeft === 1 ? 'other take not made yet' : 'other takes not made yet'],
  ];
  return kinds
    .filter(([howMany]) => howMany > 0)
    .map(([howMany, words]) => `${howMany} ${words}`)
    .join(' · ');
}

function failureLines(summary: RunSummary, width: number): string[] {
  const groups = new Map<string, ShotFailure[]>();
  for (const failure of summary.failures) {
    const key = `${failure.errorType}: ${printable(failure.message, MESSAGE_LENGTH_MAX)}`;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  const lines: string[] = [];
  for (const [key, failures] of groups) {
    lines.push(...wrapped(`  ${printable(key)}`, width).split('\n'));
    lines.push(`    ${names(failures, width - 4, summary.jobs.length > 1)}`);
  }
  if (summary.failuresMore > 0) lines.push(`  and ${count(summary.failuresMore, 'more failure')}`);
  return lines;
}

/** As many names as fit, then how many more. @param several jobs share the run: each name begins with its job. */
function names(failures: readonly ShotFailure[], width: number, several: boolean): string {
  const all = failures.map(({ shot, jobId }) => printable(several ? `job ${jobId} ${shot}` : shot));
  let shown = all.slice(0, NAMES_MAX);
  while (shown.length > 1 && shown.join(', ').length + MORE_WIDTH > width) shown = shown.slice(0, -1);
  const more = all.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The summary for a terminal: its first line stands out, green or red, where colors are wanted. */
export function summaryText(summary: RunSummary, terminal: { color: boolean; stdout: { columns?: number } }): string {
  const [headline = '', ...rest] = summaryLines(summary, terminal.stdout.columns);
  const shown = terminal.color
    ? styleText(['bold', summary.exitCode === 0 ? 'green' : 'red'], headline, { validateStream: false })
    : headline;
  return [shown, ...rest].join('\n');
}
