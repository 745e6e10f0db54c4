import { usdOf } from '../money.ts';
import { isDeleted, isVisible } from './characters.ts';
import type { Project } from './project.ts';
import { loraInfo, type LoraInfo } from './trained.ts';

/** A character of the ledger. */
export interface CharacterInfo {
  characterId: string;
  name: string;
  seed: number;
  owner: string | null;
  /** Pictures that are there. */
  images: number;
  /** File name of the picture that goes along as the face; null: none. */
  avatar: string | null;
  /** Its LoRAs that packs are made with: one a provider, newest first. */
  loras: readonly LoraInfo[];
  /** What all jobs of it have cost. */
  costUsd: number;
  /** ISO 8601. */
  createdAt: string;
}

/** The caller's characters, by id. Empty where there is no ledger yet. */
export function listCharacters({ ledger: file, caller }: Pick<Project, 'ledger' | 'caller'>): CharacterInfo[] {
  if (!file.exists) return [];
  const ledger = file.open();
  const visible = isVisible(ledger, caller);
  return ledger.characters
    .list()
    .filter((one) => visible(one.key) && (!isDeleted(one) || ledger.images.count(one.key) > 0))
    .map((character) => ({
      characterId: character.id,
      name: character.name,
      seed: character.seed,
      owner: character.owner,
      images: ledger.images.count(character.key),
      avatar: ledger.images.avatar(character.key)?.filename ?? null,
      loras: ledger.loras
        .ofCharacter(character.key)
        .filter(({ chosen }) => chosen)
        .map(loraInfo),
      costUsd: usdOf(ledger.characters.spentMicros(character.key)),
      createdAt: new Date(character.createdAtMs).toISOString(),
    }));
}
