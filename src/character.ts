/** Who a character is: the attributes, as the config gives them and the ledger locks them. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { lineOfText, wholeNumber } from './fields.ts';
import { referencesSchema, type GivenReference } from './given-reference.ts';
import { slug, TRIGGER_WORD } from './names.ts';

/** What a person looks like. Only the name is required. */
export interface CharacterAttributes {
  name: string;
  gender?: string | undefined;
  /** Youngest and oldest, in years. */
  ageRange?: readonly [number, number] | undefined;
  ethnicity?: string | undefined;
  hairColor?: string | undefined;
  hairStyle?: string | undefined;
  eyeColor?: string | undefined;
  bodyType?: string | undefined;
  outfitStyle?: string | undefined;
  distinctiveFeatures: readonly string[];
  /** `photo` unless the config says otherwise: `watercolor`, `anime`, … */
  style: string;
  negativePrompt?: string | undefined;
  /** The word that a LoRA of this character was trained with: it stands in prompts in place of the name. */
  trigger?: string | undefined;
}

/** A locked seed: 0 … 2^32 − 1. */
export const seedSchema = wholeNumber(0, 4_294_967_295).describe(
  'Seed of all pictures, 0 to 4294967295. Derived from the name when left out; locked at first use.',
);

const yearsSchema = wholeNumber(1, 120);
const attribute = (what: string) => lineOfText(200).optional().describe(what);

/** Zod schema of the config's `character`. */
export const characterSchema = z.strictObject(
  {
    name: lineOfText(100)
      .regex(/^[^/\\]*$/, { error: 'expected a name without / and \\' })
      .refine((name) => slug(name) !== '', { error: nothingLeft() })
      .describe('Name of the character. Its id is made from it: "Mira Sol" becomes mira-sol.'),
    gender: attribute('Gender, as said in a prompt: woman, man, non-binary person.'),
    ageRange: z
      .tuple([yearsSchema.describe('Youngest, in years.'), yearsSchema.describe('Oldest, in years.')], {
        error: 'expected two ages, youngest and oldest, such as [24, 28]',
      })
      .refine(([youngest, oldest]) => youngest <= oldest, { error: 'expected the younger age first' })
      .optional()
      .describe('Youngest and oldest age, in years: [24, 28].'),
    ethnicity: attribute('Ethnicity or origin: Mediterranean.'),
    hairColor: attribute('Color of the hair: auburn.'),
    hairStyle: attribute('Cut of the hair: long wavy.'),
    eyeColor: attribute('Color of the eyes: green.'),
    bodyType: attribute('Build: athletic.'),
    outfitStyle: attribute('Clothes: casual streetwear.'),
    distinctiveFeatures: z
      .array(lineOfText(200).describe('One feature.'), { error: 'expected a list of texts' })
      .max(20, { error: 'expected at most 20 features' })
      .default([])
      .describe('What makes the face this one: freckles, a scar over the left eyebrow.'),
    style: lineOfText(200).default('photo').describe('Kind of picture: photo, watercolor, anime.'),
    negativePrompt: lineOfText(2000).optional().describe('What must not be in the picture, for models that take it.'),
    trigger: z
      .string()
      .regex(TRIGGER_WORD, { error: 'expected one word of letters, digits, - and _, such as m1r4s0l' })
      .optional()
      .describe('Word that a LoRA of the character was trained with; it stands in prompts in place of the name.'),
    seed: seedSchema.optional(),
    references: referencesSchema
      .default([])
      .describe(
        'Pictures of the face, of a product or a style. Without one of the face, the avatar becomes the reference of ' +
          'the later shots.',
      ),
  },
  { error: objectError('a character') },
);

/** A character as the config describes it, checked and with defaults. */
export type CharacterConfig = z.infer<typeof characterSchema>;

/** A character, ready to be registered. */
export interface Character {
  /** Unique in a ledger: see `slug`. */
  id: string;
  attributes: CharacterAttributes;
  /** 0 … 2^32 − 1. */
  seed: number;
  /** `config`: chosen by the user (also by flag or environment); `name`: derived. */
  seedSource: 'config' | 'name';
  /** The reference pictures, as the config has them (paths are absolute after `loadConfig`). */
  references: readonly GivenReference[];
}

/**
 * Makes the character that a config describes. `options.seed` beats the config's.
 * @throws {UserError} when nothing of the name is left for an id.
 */
export function createCharacter(config: CharacterConfig, options: { seed?: number | undefined } = {}): Character {
  const { seed: configSeed, references, ...attributes } = config;
  const id = slug(attributes.name);
  if (id === '')
    throw new UserError('This name cannot become an id.', { problems: [`character.name: ${nothingLeft()}`] });
  const seed = options.seed ?? configSeed;
  return {
    id,
    attributes,
    seed: seed ?? deriveSeed(attributes.name),
    seedSource: seed === undefined ? 'name' : 'config',
    references,
  };
}

/** The seed of a name: the same for every letter case and normal form, on every machine and for ever. 0 … 2^32 − 1. */
export function deriveSeed(name: string): number {
  return createHash('sha256').update(name.normalize('NFC').toLowerCase().normalize('NFC')).digest().readUInt32BE(0);
}

/**
 * What makes the identity, keys sorted, ready for JSON: every attribute that is set, but not `negativePrompt` and
 * `trigger`, and the seed.
 */
export function lockedAttributes(character: Character): Record<string, unknown> {
  const { negativePrompt: _, trigger: __, ...identity } = character.attributes;
  const entries = Object.entries({ ...identity, seed: character.seed }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One locked attribute that another config gives otherwise. */
export interface LockDifference {
  /** As in the config: `character.hairColor`. */
  path: string;
  /** For people: `"auburn"`, `[24, 28]`, `not set`. */
  before: string;
  after: string;
}

/** What differs between two results of `lockedAttributes`, by key. The letter case of the name makes no difference. */
export function lockDifferences(before: Record<string, unknown>, after: Record<string, unknown>): LockDifference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => comparable(key, before[key]) !== comparable(key, after[key]))
    .map((key) => ({ path: `character.${key}`, before: told(before[key]), after: told(after[key]) }));
}

function comparable(key: string, value: unknown): string {
  return key === 'name' && typeof value === 'string'
    ? value.normalize('NFC').toLowerCase()
    : (JSON.stringify(value) ?? '');
}

function told(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  return Array.isArray(value) ? `[${value.map(told).join(', ')}]` : JSON.stringify(value);
}

function nothingLeft(): string {
  return (
    'expected a name of which Latin letters or digits are left for the id (file and folder names); write it as it ' +
    'sounds, such as "Mei Lin"'
  );
}

function objectError(what: string): z.core.$ZodErrorMap {
  return (issue) => (issue.code === 'invalid_type' ? `expected ${what}: { … }` : undefined);
}
