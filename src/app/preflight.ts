import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { BudgetCap } from '../events.ts';
import { ensureOwnFolder, LinkInTheWay } from '../images/folder.ts';
import { PartFile } from '../images/part-file.ts';
import type { Total } from '../ledger/budget.ts';
import type { AlikeShots } from '../ledger/jobs.ts';
import type { JobSettings } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { shotSettings, unfit, type Demand } from '../runner/request.ts';
import type { PlannedShot, Reference, ShotSettings } from '../shot.ts';
import { expectedReferences } from './likeness.ts';

/** What a job that is about to run may cost. */
export interface CostQuestion {
  settings: JobSettings;
  ready: ReadyProvider;
  /** Shots that will be made. */
  alike: readonly AlikeShots[];
  /** The config's references, read. */
  references?: ReadonlyMap<string, Reference> | undefined;
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
export function assertFits(settings: JobSettings, ready: ReadyProvider, alike: readonly AlikeShots[] = []): void {
  const where = `${ready.provider.name} (${settings.model})`;
  const demands = [demandOf(settings), ...alike.map((shots) => demandOf(settings, shots))];
  const problems = new Set(demands.flatMap((demand) => unfit(ready, settings.model, demand) ?? []));
  if (problems.size > 0) {
    throw new UserError(`${where} can't make these pictures: ${[...problems].join('; ')}`, {
      hint: 'the list of providers tells what each can do',
      advice: { code: 'list-providers' },
    });
  }
  const { qualities } = ready.provider.capabilities(settings.model);
  if (settings.quality !== undefined && qualities.length > 0 && !qualities.includes(settings.quality)) {
    const known = qualities.join(', ');
    throw new UserError(`${where} has no quality ${JSON.stringify(settings.quality)}: it takes ${known}`);
  }
  if (worstOf(settings, ready, { prompt: '' }) !== undefined || settings.allowUnknownPrice) return;
  const example = `"providers": { "${ready.provider.name}": { "priceUsd": 0.04 } }`;
  throw new UserError(`nobody knows what a picture of ${where} costs`, {
    hint: `say it: ${example}, or accept it uncounted`,
    advice: { code: 'state-price' },
  });
}

/** A folder that pictures will be saved in, and the space that one of them needs. */
interface Place {
  output: string;
  characterId: string;
  reserveBytes: number;
}

/**
 * Makes the folders of the pictures to come, and looks whether a picture can be put there (permissions, quota, inodes,
 * limits on the size of files). @throws {UserError} where it can't: a paid picture could not be saved.
 */
export async function makeFolders(places: Iterable<Place>): Promise<void> {
  for (const { output, characterId, reserveBytes } of places) {
    const folder = join(output, characterId);
    try {
      for (const own of [folder, join(folder, '.parts')]) {
        await ensureOwnFolder(own);
        await access(own, constants.W_OK | constants.X_OK);
      }
      await assertSpace(join(folder, '.parts', 'space-check.part'), reserveBytes);
    } catch (error) {
      if (error instanceof LinkInTheWay)
        throw new UserError(error.message, {
          hint: 'nothing was sent. Remove the link; to keep pictures elsewhere, choose another folder',
          advice: { code: 'choose-output' },
        });
      const code = (error as { code?: string }).code ?? 'unknown error';
      throw new UserError(`the folder of the pictures can't be written: ${folder} (${code})`, {
        hint: 'nothing was sent. Correct its permissions or its limits, or choose another',
        advice: { code: 'choose-output' },
        cause: error,
      });
    }
  }
}

/** Reserves space as for an answer, and gives it back. One name for all: a later look takes away what is left. */
async function assertSpace(path: string, reserveBytes: number): Promise<void> {
  try {
    await (await PartFile.create(path, reserveBytes)).discard();
  } catch (error) {
    // Another process is looking at this moment.
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

/** What shots ask of a provider. Beside pictures of their own there is the face's: the avatar, where none is given. */
function demandOf(settings: JobSettings, shots?: AlikeShots): Demand {
  const own = shots?.own.references?.length ?? 0;
  const faces = settings.references.length;
  return {
    settings: shotSettings(settings, shots?.own ?? {}),
    references: own > 0 ? own + Math.max(1, faces) : faces,
    promptChars: shots?.promptChars ?? 0,
  };
}

/** Shots, put together by what they have of their own. */
export function alikeOf(shots: Iterable<Pick<PlannedShot, 'prompt' | 'settings'>>): AlikeShots[] {
  const groups = new Map<string, AlikeShots>();
  for (const { prompt, settings: own = {} } of shots) {
    const key = JSON.stringify(own);
    const group = groups.get(key) ?? { own, shots: 0, promptChars: 0 };
    groups.set(key, group);
    group.shots += 1;
    group.promptChars = Math.max(group.promptChars, prompt.length);
  }
  return [...groups.values()];
}

/** A shot as far as its price depends on it. */
export interface PricedShot {
  /** What it has of its own. */
  own?: ShotSettings | undefined;
  prompt: string;
  /** The avatar goes without an avatar. */
  isAvatar?: boolean | undefined;
  /** The config's references, read. */
  known?: ReadonlyMap<string, Reference> | undefined;
}

/** What one picture costs at most, in micro-dollars, its references included; undefined when nobody knows. */
export function worstOf(job: JobSettings, { provider }: ReadyProvider, shot: PricedShot): number | undefined {
  const { own = {}, prompt } = shot;
  const { model, width, height, quality } = shotSettings(job, own);
  const most = provider.capabilities(model).referencesMax;
  const references = expectedReferences({ ...job, own: own.references ?? [] }, { most, ...shot });
  return provider.price({ model, width, height, quality, prompt, references })?.worstMicros;
}

/** Adds up the worst case of what is left to do, against the caps of each job and of the day. */
export function estimate(jobs: readonly CostQuestion[], today: Total): Estimate {
  let shots = 0;
  let worstMicros = 0;
  let passes: Estimate['passes'];
  for (const { settings, ready, alike, references, total } of jobs) {
    const { caps } = settings;
    const each = ({ own, promptChars }: AlikeShots) =>
      worstOf(settings, ready, { own, prompt: 'x'.repeat(promptChars), known: references }) ?? 0;
    const costs = alike.map((group) => ({ shots: group.shots, eachMicros: each(group) }));
    const jobMicros = costs.reduce((sum, cost) => sum + cost.shots * cost.eachMicros, 0);
    shots += costs.reduce((sum, cost) => sum + cost.shots, 0);
    worstMicros += jobMicros;
    if (jobMicros === 0) continue;
    passes ??= over('image', caps.perImageMicros, 0, Math.max(...costs.map((cost) => cost.eachMicros)));
    passes ??= over('run', caps.perRunMicros, total.spentMicros + total.reservedMicros, jobMicros);
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
