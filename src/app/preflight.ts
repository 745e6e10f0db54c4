import { closest, distance } from 'fastest-levenshtein';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { ensureOwnFolder, LinkInTheWay } from '../images/folder.ts';
import { SpareSpace } from '../images/spare-space.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { JobSettings } from '../ledger/records.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { isBatched } from '../runner/in-batch.ts';
import { shotSettings } from '../runner/request.ts';
import { isForKind, rolesSentence } from '../runner/roles.ts';
import { unfit, type Demand } from '../runner/unfit.ts';
import { sourceOf, type PlannedShot } from '../shot.ts';
import { worstOf } from './estimate.ts';

/** Why a provider can't keep the promise of a job, a sentence each; empty: it can. Its price is not looked at. */
export function misfits(settings: JobSettings, ready: ReadyProvider, alike: readonly AlikeShots[] = []): string[] {
  const goes = alike.length === 0 || alike.some(({ kind }) => isBatched(settings, kind));
  if (settings.batch && goes && !ready.provider.batch) return ['it takes no batches'];
  const own = alike.map((shots) => demandOf(settings, shots));
  // What the job has beside its shots' own goes along with all but edits.
  const demands = alike.length > 0 && alike.every(isEdit) ? own : [demandOf(settings), ...own];
  const problems = new Set(demands.flatMap((demand) => unfit(ready, settings.model, demand) ?? []));
  if (problems.size > 0) return [...problems];
  const { qualities } = ready.provider.capabilities(settings.model);
  const { quality } = settings;
  if (quality === undefined || qualities.length === 0 || qualities.includes(quality)) return [];
  return [`it has no quality ${JSON.stringify(quality)}: it takes ${qualities.join(', ')}`];
}

/**
 * Checks that the provider of a job can keep the promise, before anything is paid.
 * @throws {UserError} `usage`: retired model, size, references, seed, quality, unknown price.
 */
export function assertFits(settings: JobSettings, ready: ReadyProvider, alike: readonly AlikeShots[] = []): void {
  const where = `${ready.provider.name} (${settings.model})`;
  const problems = misfits(settings, ready, alike);
  if (problems.length > 0) {
    const message = `${where} can't make these pictures: ${problems.join('; ')}`;
    const { prompt } = ready.provider.capabilities(settings.model);
    if (prompt === 'none' && !alike.every(isEdit)) {
      throw new UserError(message, {
        hint: 'nothing was sent. Name a picture that it is to work on, or another model',
        advice: { code: 'edit-with', provider: settings.provider, model: settings.model },
      });
    }
    throw new UserError(message, {
      hint: 'the list of providers tells what each can do',
      advice: { code: 'list-providers' },
    });
  }
  if (worstOf(settings, ready, { prompt: '' }) !== undefined || settings.allowUnknownPrice) return;
  // A price is said of a model: it would be counted for the provider's other models, too.
  const { model } = settings;
  const own = ready.provider.hasModelOptions
    ? `{ "models": { "${model}": { "priceUsd": 0.04 } } }`
    : `{ "model": "${model}", "priceUsd": 0.04 }`;
  const example = `"providers": { "${ready.provider.name}": ${own} }`;
  throw new UserError(`nobody knows what a picture of ${where} costs`, {
    hint: `${likelyModel(settings.model, ready.knownModels)}say it: ${example}, or accept it uncounted`,
    advice: { code: 'state-price' },
  });
}

/** The model that was perhaps meant, as a question; empty where that is anybody's guess. */
function likelyModel(model: string, known: readonly string[] = []): string {
  if (known.length === 0) return '';
  const near = closest(model, [...known]);
  return distance(model, near) <= Math.min(4, near.length * 0.3) ? `did you mean ${near}? Else ` : '';
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
      await (await new SpareSpace().take(join(folder, '.parts'), reserveBytes)).free();
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

/** What shots ask of a provider. Beside pictures of their own there is the face's: the avatar, where none is given. */
function demandOf(job: JobSettings, shots?: AlikeShots): Demand {
  const kind = shots ? (shots.kind ?? 'gallery') : 'training';
  const settings = { ...job, references: job.references.filter((given) => isForKind(given, kind)) };
  const own = shots?.own.references ?? [];
  if (shots && isEdit(shots)) {
    const faces = settings.references.filter(({ role }) => role === 'face');
    const words = rolesSentence([...own, ...(faces.length > 0 ? faces : [{ role: 'face' } as const])]);
    return {
      settings: shotSettings(settings, shots.own),
      references: own.length,
      promptChars: shots.promptChars + words.length + MORE_CHARS,
      hasPrompt: shots.promptChars > 0,
    };
  }
  const faces = settings.references.filter(({ role }) => role === 'face').length;
  const others = own.length + settings.references.length - faces;
  const references = others > 0 ? others + Math.max(1, faces) : faces;
  const words = rolesSentence([...settings.references, ...own]);
  return {
    settings: shotSettings(settings, shots?.own ?? {}),
    references,
    promptChars: (shots?.promptChars ?? 0) + (words === '' ? 0 : words.length + MORE_CHARS),
  };
}

/** True for shots that change a picture that is there. */
export function isEdit({ own }: Pick<AlikeShots, 'own'>): boolean {
  return sourceOf(own.references) !== undefined;
}

/** Numbers in the sentence on references take as much more where many pictures go along. */
const MORE_CHARS = 10;

/** Shots, put together by what they have of their own. */
export function alikeOf(shots: Iterable<Pick<PlannedShot, 'kind' | 'prompt' | 'settings'>>): AlikeShots[] {
  const groups = new Map<string, AlikeShots>();
  for (const { kind, prompt, settings: own = {} } of shots) {
    const key = JSON.stringify([own, kind]);
    const group = groups.get(key) ?? { own, kind, shots: 0, promptChars: 0 };
    groups.set(key, group);
    group.shots += 1;
    group.promptChars = Math.max(group.promptChars, prompt.length);
  }
  return [...groups.values()];
}
