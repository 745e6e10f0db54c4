import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { BudgetCap } from '../events.ts';
import { ensureOwnFolder, LinkInTheWay } from '../images/folder.ts';
import type { Total } from '../ledger/budget.ts';
import type { JobSettings } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { unfit } from '../runner/request.ts';

/** The longest prompt, for a price that depends on it. */
const PROMPT_MAX = 'x'.repeat(1_500);

/** What a job that is about to run may cost. */
export interface CostQuestion {
  settings: JobSettings;
  ready: ReadyProvider;
  /** Shots that will be made. */
  shots: number;
  /** What the job has cost so far. */
  total: Total;
}

/** What the shots of some jobs may cost at most, and the cap that stops them before their end, if one will. */
export interface Estimate {
  shots: number;
  worstMicros: number;
  passes: { cap: BudgetCap; capMicros: number; spentMicros: number } | undefined;
}

/**
 * Checks that the provider of a job can keep the promise, before anything is paid.
 * @throws {UserError} `usage`: retired model, size, references, seed, quality, unknown price.
 */
export function assertFits(settings: JobSettings, ready: ReadyProvider): void {
  const where = `${ready.provider.name} (${settings.model})`;
  const problem = unfit(ready, settings.model, settings, 0);
  if (problem !== undefined) {
    throw new UserError(`${where} can't make these pictures: ${problem}`, {
      hint: 'the list of providers tells what each can do',
      advice: { code: 'list-providers' },
    });
  }
  const { qualities } = ready.provider.capabilities(settings.model);
  if (settings.quality !== undefined && qualities.length > 0 && !qualities.includes(settings.quality)) {
    const known = qualities.join(', ');
    throw new UserError(`${where} has no quality ${JSON.stringify(settings.quality)}: it takes ${known}`);
  }
  if (priceOf(settings, ready, '') !== undefined || settings.allowUnknownPrice) return;
  const example = `"providers": { "${ready.provider.name}": { "priceUsd": 0.04 } }`;
  throw new UserError(`nobody knows what a picture of ${where} costs`, {
    hint: `say it: ${example}, or accept it uncounted`,
    advice: { code: 'state-price' },
  });
}

/**
 * Makes the folders of the pictures to come. @throws {UserError} where that is impossible: a paid picture could not be
 * saved.
 */
export async function makeFolders(places: Iterable<{ output: string; characterId: string }>): Promise<void> {
  for (const { output, characterId } of places) {
    const folder = join(output, characterId);
    try {
      for (const own of [folder, join(folder, '.parts')]) {
        await ensureOwnFolder(own);
        await access(own, constants.W_OK | constants.X_OK);
      }
    } catch (error) {
      if (error instanceof LinkInTheWay)
        throw new UserError(error.message, {
          hint: 'nothing was sent. Remove the link; to keep pictures elsewhere, choose another folder',
          advice: { code: 'choose-output' },
        });
      const code = (error as { code?: string }).code ?? 'unknown error';
      throw new UserError(`the folder of the pictures can't be written: ${folder} (${code})`, {
        hint: 'nothing was sent. Correct its permissions, or choose another',
        advice: { code: 'choose-output' },
        cause: error,
      });
    }
  }
}

/** What one picture costs at most, in micro-dollars; undefined when nobody knows. */
export function worstOf(settings: JobSettings, ready: ReadyProvider, prompt: string): number | undefined {
  return priceOf(settings, ready, prompt)?.worstMicros;
}

function priceOf(settings: JobSettings, { provider }: ReadyProvider, prompt: string) {
  const { model, width, height, quality } = settings;
  const references = settings.references.map((path) => ({
    path,
    mime: 'image/png' as const,
    sha256: '',
    sizeBytes: 0,
  }));
  return provider.price({ model, width, height, quality, prompt, references });
}

/** Adds up the worst case of what is left to do, against the caps of each job and of the day. */
export function estimate(jobs: readonly CostQuestion[], today: Total): Estimate {
  let shots = 0;
  let worstMicros = 0;
  let passes: Estimate['passes'];
  for (const job of jobs) {
    const each = worstOf(job.settings, job.ready, PROMPT_MAX) ?? 0;
    const {
      total,
      settings: { caps },
    } = job;
    shots += job.shots;
    worstMicros += job.shots * each;
    if (job.shots === 0 || each === 0) continue;
    passes ??= over('image', caps.perImageMicros, 0, each);
    passes ??= over('run', caps.perRunMicros, total.spentMicros + total.reservedMicros, job.shots * each);
    passes ??= over('day', caps.perDayMicros, today.spentMicros + today.reservedMicros, worstMicros);
  }
  return { shots, worstMicros, passes };
}

function over(cap: BudgetCap, capMicros: number | undefined, spentMicros: number, moreMicros: number) {
  return capMicros !== undefined && spentMicros + moreMicros > capMicros ? { cap, capMicros, spentMicros } : undefined;
}

/** What a cap limits, in words. */
const CAPPED: Readonly<Record<BudgetCap, string>> = { image: 'one picture', run: 'the job', day: 'the day' };

/** The sentence for jobs that would pass a cap; empty when none is passed. */
export function capWords(found: Estimate): string {
  if (!found.passes) return '';
  const { cap, capMicros, spentMicros } = found.passes;
  const spent = spentMicros > 0 ? `, ${usdText(spentMicros)} of it spent` : '';
  const pictures = `${found.shots} ${found.shots === 1 ? 'picture' : 'pictures'}`;
  const worst = usdText(found.worstMicros);
  return `${pictures} may cost up to ${worst}, and the cap of ${CAPPED[cap]} is ${usdText(capMicros)}${spent}`;
}

/** Nobody agreed to a run that would stop at a cap. */
export function capRefusal(found: Estimate): UserError {
  const cap = found.passes?.cap ?? 'run';
  // Not one picture fits under a cap of an image: making as many as fit would make none.
  const someFit = cap !== 'image';
  return new UserError(`${capWords(found)}: nothing was sent`, {
    kind: 'budget',
    hint: `${someFit ? 'agree to as many as fit, or raise' : 'raise'} the cap of ${CAPPED[cap]}`,
    advice: { code: 'raise-cap', cap, someFit },
  });
}
