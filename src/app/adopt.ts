import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError, UserError } from '../errors.ts';
import { hashFile } from '../images/hash.ts';
import type { Adopted, FoundImage } from '../ledger/adoption.ts';
import type { RegisteredCharacter } from '../ledger/records.ts';
import { imageFilename } from '../names.ts';
import type { Storage } from '../storage/storage.ts';
import type { Config } from '../config/config.ts';
import { configuredCharacter, knownCharacter, ownCharacter, registerCharacter } from './characters.ts';
import { fetchStored } from './fetch-stored.ts';
import type { Project } from './project.ts';
import { storageProblem } from './storage-problem.ts';
import { assetsOf, patiently, type NumberedAsset } from './store-numbers.ts';

/** Longer than any prompt that a model takes. */
const PROMPT_LENGTH_MAX = 40_000;

/** How many pictures came to which end. */
export type AdoptedCounts = Record<Adopted, number>;

/** How adopting is done. */
export interface AdoptOptions {
  /** Bring the files of all pictures, not only of those that show the face. */
  download?: boolean | undefined;
}

/** What adopting came to. */
export interface AdoptedResult extends AdoptedCounts {
  /** Files that were brought from the store. */
  downloaded: number;
  /** Files that could not be brought, a sentence each: the pictures are taken over without them. */
  problems: readonly string[];
  characterId: string;
  store: string;
}

/** What the use-case needs of a project. */
type AdoptingProject = Pick<Project, 'config' | 'ledger' | 'services' | 'caller' | 'host' | 'clean'>;

/**
 * Fills the ledger with the pictures of a character that the store of the config already holds; a new character is
 * registered from the config. May be repeated.
 * @throws {UserError} when no store is configured or it refuses; what was adopted so far stays.
 */
export async function adoptCharacter(
  project: AdoptingProject,
  id: string,
  options: AdoptOptions = {},
): Promise<AdoptedResult> {
  const store = configuredStore(project.config);
  const storage = await project.services.checkedStore(store, () => {});
  if (!storage) throw new Error(`the store ${store} is none`);
  const character = registerFromConfig(project, id);
  try {
    return { characterId: id, store, ...(await adoptAll(project, storage, { character, options })) };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw storageProblem(error, { hint: 'what was taken over so far stays; run it again' });
  }
}

function registerFromConfig(project: AdoptingProject, id: string): RegisteredCharacter {
  const { config, ledger, caller } = project;
  const registered = ledger.exists ? ownCharacter(ledger.open(), caller.owner, id) : undefined;
  const configured = !registered && config.character ? configuredCharacter(config) : undefined;
  if (configured?.id === id) {
    return registerCharacter(ledger.open(), configured, { owner: caller.owner, output: config.output });
  }
  if (ledger.exists) return knownCharacter(project, id);
  const name = JSON.stringify(project.clean(id));
  throw new UserError(`there is no character ${name}: no ledger yet, and the config has another`);
}

async function adoptAll(
  project: AdoptingProject,
  storage: Storage,
  { character, options }: { character: RegisteredCharacter; options: AdoptOptions },
): Promise<AdoptedCounts & Pick<AdoptedResult, 'downloaded' | 'problems'>> {
  const { key: characterKey, id: characterId } = character;
  const counts: AdoptedCounts = { adopted: 0, confirmed: 0, known: 0, other: 0 };
  const problems: string[] = [];
  let downloaded = 0;
  for (const one of await patiently(project.host, () => assetsOf(storage, characterId))) {
    const told = foundImage(one, { characterKey, characterId, store: storage.name });
    // Once more as a whole: it was cleaned in parts.
    const found = { ...told, prompt: project.clean(told.prompt, PROMPT_LENGTH_MAX) };
    const here = await withFile(project.config.output, found);
    const whole = here.path === null && isWanted(here, options) ? await fetchStored(project, storage, here) : here;
    if ('problem' in whole) problems.push(whole.problem);
    else if (whole !== here) downloaded += 1;
    counts[project.ledger.open().adoption.adopt('problem' in whole ? here : whole)] += 1;
  }
  return { ...counts, downloaded, problems };
}

/** A picture as the store tells of it; what was not sent along is left empty or unknown, never guessed. */
export function foundImage(
  { number, asset }: NumberedAsset,
  of: { characterKey: number; characterId: string; store: string },
): FoundImage {
  const { context } = asset;
  const format = /\.(png|jpe?g|webp)$/i.exec(asset.url ?? '')?.[1]?.toLowerCase() ?? 'png';
  const extension = format === 'jpeg' ? 'jpg' : format;
  const filename = imageFilename(of.characterId, number, extension);
  const createdAtMs = Date.parse(asset.createdAt);
  return {
    ...of,
    number,
    filename,
    path: null,
    kind: oneOf(context['kind'], ['avatar', 'training', 'gallery'], 'gallery'),
    shot: context['shot'] ?? filename.replace(/\.[a-z]+$/, ''),
    sha256: hex(context['sha256'], 64),
    md5: asset.md5 ?? hex(context['md5'], 32),
    sizeBytes: asset.sizeBytes,
    width: asset.width ?? 0,
    height: asset.height ?? 0,
    format: extension === 'jpg' ? 'jpeg' : extension,
    provider: context['provider'] ?? 'unknown',
    model: context['model'] ?? 'unknown',
    seed: wholeNumber(context['seed']),
    prompt: promptOf(context),
    review: asset.tags.includes('rejected') ? 'rejected' : asset.tags.includes('approved') ? 'approved' : null,
    favorite: asset.tags.includes('favorite'),
    seedHonored: oneOf(context['seed_honoured'], ['yes', 'no', 'unknown'], 'unknown'),
    costMicros: wholeNumber(context['cost_micros']),
    key: asset.key,
    details: { url: asset.url, thumbnailUrl: asset.thumbnailUrl },
    createdAtMs: Number.isNaN(createdAtMs) ? 0 : createdAtMs,
  };
}

/** Without their files the face is lost: avatars, and training pictures that were approved. */
function isWanted({ kind, review }: FoundImage, { download: all = false }: AdoptOptions): boolean {
  return all || (review !== 'rejected' && (kind === 'avatar' || (kind === 'training' && review === 'approved')));
}

/** The picture may lie on this disk, too, under its own name. */
async function withFile(output: string, found: FoundImage): Promise<FoundImage> {
  const path = join(output, found.characterId, found.filename);
  if (!existsSync(path)) return found;
  const { sha256, md5 } = await hashFile(path);
  return sha256 === found.sha256 || md5 === found.md5 ? { ...found, path, sha256, md5 } : found;
}

/** The store of the config. @throws {UserError} when there is none. */
export function configuredStore(config: Config): string {
  const name = config.storage.provider;
  if (name !== 'none') return name;
  throw new UserError('no store is configured', {
    hint: 'name one in the config: "storage": { "provider": NAME }',
    advice: { code: 'choose-store' },
  });
}

function promptOf(context: Readonly<Record<string, string>>): string {
  let prompt = context['prompt'] ?? '';
  for (let part = 2; context[`prompt_${part}`] !== undefined; part += 1) prompt += context[`prompt_${part}`] ?? '';
  return prompt;
}

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[], fallback: T): T {
  return allowed.find((one) => one === value) ?? fallback;
}

function hex(text: string | undefined, length: number): string {
  return text?.length === length && /^[0-9a-f]+$/.test(text) ? text : '';
}

function wholeNumber(text: string | undefined): number {
  const value = Number(text);
  return /^\d{1,15}$/.test(text ?? '') ? value : 0;
}
