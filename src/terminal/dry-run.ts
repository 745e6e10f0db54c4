import { isAbsolute, relative } from 'node:path';
import type { DryJob } from '../app/dry-run.ts';
import { printable } from '../sanitize.ts';
import { microsOf, usdText } from '../money.ts';
import { count } from '../views/format.ts';
import { worded } from './advice.ts';
import { printJson, printText, type Io } from './print.ts';

/** Prints shots, seeds, prompts and the worst case of jobs that were not run. */
export function printDryRun(io: Io, flags: { json?: boolean | undefined }, jobs: readonly DryJob[]): void {
  if (flags.json) {
    printJson(io, { dryRun: true, jobs });
    return;
  }
  for (const job of jobs) {
    printText(
      io,
      `${job.characterId} · ${job.provider} ${job.model} · ${sizeOf(job)} · ${count(job.shots.length, 'picture')}\n`,
    );
    for (const { message, advice } of job.notices) printText(io, `${printable(worded(message, advice, io.typed))}\n`);
    const along = job.shots.map((shot) => sentAlong(shot, io.host.cwd));
    const isOne = new Set(along).size === 1;
    for (const [i, { shot, seed, size, prompt }] of job.shots.entries()) {
      printText(
        io,
        `${shot}  seed ${seed}${size === job.size ? '' : `  ${size}`}\n  ${printable(prompt || '(no prompt)')}`,
      );
      if (!isOne && along[i]) printText(io, `  sent along: ${along[i]}`);
    }
    const negativePrompt = job.shots[0]?.negativePrompt;
    if (negativePrompt) printText(io, `\nnegative prompt: ${printable(negativePrompt)}`);
    if (isOne && along[0]) printText(io, `\nsent along: ${along[0]}`);
    for (const { message, advice } of job.warnings)
      printText(io, `\nwarning: ${printable(worded(message, advice, io.typed))}`);
    // To the micro-dollar: a worst case that is rounded down would be passed.
    const worst =
      job.worstCaseUsd === null ? 'unknown: nobody knows the price of this model' : usdText(microsOf(job.worstCaseUsd));
    printText(io, `\nworst case: ${worst}. Nothing was sent, nothing was written.`);
  }
}

/** A model without a prompt works on a picture, and decides how large the new one is. */
function sizeOf({ shots, size }: DryJob): string {
  return shots.some(({ prompt }) => prompt !== '') ? size : 'a size of its own';
}

/** As a person in that folder would write it; an address stays. */
function nearPath(path: string, cwd: string): string {
  const near = isAbsolute(path) ? relative(cwd, path) : path;
  return near.startsWith('..') ? path : near;
}

/** The pictures that go along with a shot; empty: none. */
function sentAlong({ avatar, references }: DryJob['shots'][number], cwd: string): string {
  const near = references.map((path) => printable(nearPath(path, cwd)));
  return [...(avatar ? ['the avatar'] : []), ...near].join(', ');
}
