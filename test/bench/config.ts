/** Configs and modules of the program, as benchmarks need them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CharacterAttributes } from '../../src/character.ts';
import type * as hash from '../../src/images/hash.ts';
import type * as inspect from '../../src/images/inspect.ts';
import type * as sharp from '../../src/images/sharp.ts';
import type * as ledger from '../../src/ledger/ledger.ts';
import type * as names from '../../src/names.ts';
import type * as plan from '../../src/plan/plan.ts';
import type * as picture from '../../src/providers/local/picture.ts';
import type * as style from '../../src/providers/local/style.ts';
import type * as runner from '../../src/runner/runner.ts';
import type * as cloudinary from '../../src/storage/cloudinary.ts';

/** Who is drawn. */
export const CHARACTER = {
  name: 'Mira Sol',
  gender: 'woman',
  ageRange: [24, 28],
  ethnicity: 'Mediterranean',
  hairColor: 'auburn',
  hairStyle: 'long wavy',
  eyeColor: 'green',
  bodyType: 'athletic',
  outfitStyle: 'casual streetwear',
  distinctiveFeatures: ['freckles'],
  style: 'photo',
} satisfies CharacterAttributes;

/** The character's seed. */
export const SEED = 421_337;

/** Writes a config into the folder. */
export async function writeConfig(folder: string, settings: Record<string, unknown>): Promise<void> {
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ character: { ...CHARACTER, seed: SEED }, ...settings }),
  );
}

/** What is measured piece by piece. */
interface Modules {
  'images/hash': typeof hash;
  'images/inspect': typeof inspect;
  'images/sharp': typeof sharp;
  'ledger/ledger': typeof ledger;
  names: typeof names;
  'plan/plan': typeof plan;
  'providers/local/picture': typeof picture;
  'providers/local/style': typeof style;
  'runner/runner': typeof runner;
  'storage/cloudinary': typeof cloudinary;
}

/** A module of the built program: what is measured is what is shipped. */
export async function built<Path extends keyof Modules>(path: Path): Promise<Modules[Path]> {
  return (await import(new URL(`../../dist/${path}.js`, import.meta.url).href)) as Modules[Path];
}
