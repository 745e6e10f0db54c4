import { access, constants } from 'node:fs/promises';
import { EXIT, UserError } from '../errors.ts';
import { ensureFolder } from '../images/save.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Caps } from '../ledger/budget.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { unfit } from '../runner/request.ts';
import { folderOf } from '../runner/save.ts';
import { usdOfMicros } from '../views/format.ts';
import type { House } from './house.ts';

/** What the unfinished shots of some jobs may cost at most, and the cap they would pass. */
export interface Estimate {
  shots: number;
  worstMicros: number;
  /** The cap that stops the run before its end, if one will. */
  passes: { cap: 'image' | 'run' | 'day'; capMicros: number; spentMicros: number } | undefined;
}

/**
 * Checks that the job's provider can keep the promise, before anything is paid.
 * @throws {UserError} exit 2: retired model, size, references, seed, unknown price.
 */
export function assertFits(settings: JobSettings, ready: ReadyProvider): void {
  const where = `${ready.provider.name} (${settings.model})`;
  const problem = unfit(ready, settings.model, settings, 0);
  if (problem !== undefined)
    throw new UserError(`${where} can't make these pictures: ${problem}`, {
      hint: '`imggen providers` shows what each can do',
    });
  const qualities = ready.provider.capabilities(settings.model).qualities;
  if (settings.quality !== undefined && qualities.length > 0 && !qualities.includes(settings.quality)) {
    throw new UserError(
      `${where} has no quality ${JSON.stringify(settings.quality)}: it takes ${qualities.join(', ')}`,
    );
  }
  const price = ready.provider.price({
    model: settings.model,
    width: settings.width,
    height: settings.height,
    quality: settings.quality,
    prompt: '',
    references: [],
  });
  if (!price && !ready.allowUnknownPrice) {
    throw new UserError(`nobody knows what a picture of ${where} costs`, {
      hint: `say it: "providers": { "${ready.provider.name}": { "priceUsd": 0.04 } }, or accept it uncounted: --allow-unknown-price`,
    });
  }
}

/** Makes the folders of the pictures to come. @throws {UserError} exit 2 where that is impossible: a paid picture would have no place. */
export async function assertWritable(house: House, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    if (house.ledger().jobs.counts(job.id).queued === 0) continue;
    const folder = folderOf(job);
    try {
      await ensureFolder(folder);
      await access(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new UserError(
        `the folder of the pictures can't be written: ${folder} (${(error as { code?: string }).code ?? 'unknown error'})`,
        {
          hint: `nothing was sent. Mend it, then: imggen resume ${job.id}; or choose another: --output DIR`,
          cause: error,
        },
      );
    }
  }
}

/** What one picture costs at most, in micro-dollars, 0 when that is unknown and accepted. */
export function worstOf(s: JobSettings, ready: ReadyProvider, prompt: string): number {
  const references = s.references.map((path) => ({ path, mime: 'image/png' as const, sha256: '', sizeBytes: 0 }));
  return (
    ready.provider.price({ model: s.model, width: s.width, height: s.height, quality: s.quality, prompt, references })
      ?.worstMicros ?? 0
  );
}

/** Adds up the worst case of what is left to do. */
export function estimate(ledger: Ledger, jobs: readonly { job: Job; ready: ReadyProvider }[], caps: Caps): Estimate {
  let shots = 0;
  let worstMicros = 0;
  let passes: Estimate['passes'];
  for (const { job, ready } of jobs) {
    const open = ledger.jobs.counts(job.id).queued;
    const each = worstOf(job.settings, ready, 'x'.repeat(1_500));
    shots += open;
    worstMicros += open * each;
    const { spentMicros, reservedMicros } = ledger.jobs.total(job.id);
    if (open > 0 && each > 0) {
      passes ??= over('image', caps.perImageMicros, 0, each);
      passes ??= over('run', caps.perRunMicros, spentMicros + reservedMicros, open * each);
    }
  }
  const today = ledger.queries.today();
  if (worstMicros > 0) passes ??= over('day', caps.perDayMicros, today.spentMicros + today.reservedMicros, worstMicros);
  return { shots, worstMicros, passes };
}

function over(
  cap: 'image' | 'run' | 'day',
  capMicros: number | undefined,
  spentMicros: number,
  moreMicros: number,
): Estimate['passes'] {
  return capMicros !== undefined && spentMicros + moreMicros > capMicros ? { cap, capMicros, spentMicros } : undefined;
}

/** The sentence for a run that would pass a cap. */
export function capWords(found: Estimate): string {
  if (!found.passes) return '';
  const { cap, capMicros, spentMicros } = found.passes;
  const spent = spentMicros > 0 ? `, ${usdOfMicros(spentMicros)} of it spent` : '';
  return `${found.shots} pictures may cost up to ${usdOfMicros(found.worstMicros)}, and the ${cap} cap is ${usdOfMicros(capMicros)}${spent}`;
}

/** Nobody said yes to a run that would stop at a cap. */
export function capRefusal(found: Estimate): UserError {
  return new UserError(`${capWords(found)}: nothing was sent`, {
    exitCode: EXIT.budget,
    hint: 'make as many as fit: --yes; or raise the cap: --budget USD (per run), or budget in the config',
  });
}
