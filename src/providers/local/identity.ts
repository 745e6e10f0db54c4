/** Who is drawn: from attributes and seed to the parts of the figure that are the same in every picture. Pure. */
import type { CharacterAttributes } from '../../character.ts';
import { byHash, byWords } from './choose.ts';
import type { Mark } from './style.ts';
import {
  EYE_COLORS,
  HAIR_ANY,
  HAIR_BY_GENDER,
  HAIR_COLORS,
  HAIR_STYLES,
  LIGHT_SKINS,
  SKIN_ANY,
  SKIN_TONES,
} from './appearance-words.ts';
import { CLOTHES, CLOTHES_ANY, CLOTHES_COLORS, COLORS, FEATURES } from './clothes-words.ts';
import type { Feature } from './clothes-words.ts';

/** The figure. Variants are names of the style's parts, colors `#rrggbb`; undefined: has none. */
export interface Identity {
  key: string;
  top: string | undefined;
  hair: string;
  skin: string;
  eyes: string;
  clothes: string;
  clothesColor: string;
  trousers: string;
  shoes: string;
  skirt: boolean;
  accessories: string | undefined;
  facialHair: string | undefined;
  marks: readonly Mark[];
  hat: string;
}

const TROUSERS = ['#2f3b52', '#3c4f5c', '#4a4038', '#2b2f36', '#5b6b8c', '#6b5a48'];
const SHOES = ['#f4f5f7', '#2b2f36', '#8c5a3c', '#c9724f'];
const DARK_HAIR = ['#2c1b18', '#3a2620', '#4a312c'];
const ANY_HAIR = [...DARK_HAIR, '#724133', '#a5713d', '#d6b370', '#8c3b1f'];
const DARK_EYES = ['#5f3a22', '#3a241a', '#6b4526'];
const ANY_EYES = [...DARK_EYES, '#8a6a35', '#3f7fc1', '#3f8f5a'];
const GLASSES = ['#2b2f36', '#4a312c', '#25557c'];
/** Age in years from which hair is gray when none is given. */
const GREY_FROM_YEARS = 62;

/**
 * The figure of a character. Same attributes and seed, same figure; the seed decides only what the attributes leave
 * open.
 */
export function identityOf(character: CharacterAttributes, seed: number): Identity {
  const key = `${character.name}:${seed}`;
  const pick = <T>(list: readonly T[], part: string): T => byHash(list, `${key}:${part}`);
  const features = featuresOf(character).flatMap(({ drawn }) => (drawn ? [drawn] : []));
  const variant = (part: 'accessories' | 'facialHair'): string | undefined =>
    features.flatMap((one) => (one.part === part ? [pick(one.variants, part)] : []))[0];
  const skin = hex(character.ethnicity) ?? pick(byWords(character.ethnicity, SKIN_TONES) ?? SKIN_ANY, 'skin');
  const light = LIGHT_SKINS.includes(skin);
  const top = pick(
    byWords(character.hairStyle, HAIR_STYLES) ?? byWords(character.gender, HAIR_BY_GENDER) ?? HAIR_ANY,
    'top',
  );
  const outfitColor = byWords(character.outfitStyle, COLORS);
  return {
    key,
    top: top === 'none' ? undefined : top,
    hair: hairColor(character) ?? pick(light ? ANY_HAIR : DARK_HAIR, 'hair'),
    skin,
    eyes:
      hex(character.eyeColor) ?? byWords(character.eyeColor, EYE_COLORS) ?? pick(light ? ANY_EYES : DARK_EYES, 'eyes'),
    clothes: pick(byWords(character.outfitStyle, CLOTHES) ?? CLOTHES_ANY, 'clothes'),
    clothesColor: hex(character.outfitStyle) ?? outfitColor ?? pick(CLOTHES_COLORS, 'clothesColor'),
    trousers: pick(TROUSERS, 'trousers'),
    shoes: pick(SHOES, 'shoes'),
    skirt: byWords(character.outfitStyle, [['dress|gown|skirt', true]]) ?? false,
    accessories: variant('accessories'),
    facialHair: variant('facialHair'),
    marks: features.flatMap(({ part }) => (part === 'accessories' || part === 'facialHair' ? [] : [part])),
    hat: pick(CLOTHES_COLORS, 'hat'),
  };
}

/** The style's options for the figure. */
export function styleOptions(identity: Identity): Record<string, unknown> {
  const part = (name: string, variant: string | undefined): Record<string, unknown> => ({
    [`${name}Probability`]: variant ? 100 : 0,
    ...(variant && { [`${name}Variant`]: variant }),
  });
  return {
    seed: identity.key,
    ...part('top', identity.top),
    ...part('accessories', identity.accessories),
    ...part('facialHair', identity.facialHair),
    ...Object.fromEntries(identity.marks.map((mark) => [`${mark}Probability`, 100])),
    clothesVariant: identity.clothes,
    clothesGraphicVariant: byHash(['bear', 'deer', 'diamond', 'pizza', 'bat'], `${identity.key}:graphic`),
    hairColor: identity.hair,
    facialHairColor: identity.hair,
    skinColor: identity.skin,
    eyesColor: identity.eyes,
    clothesColor: identity.clothesColor,
    hatColor: identity.hat,
    accessoriesColor: byHash(GLASSES, `${identity.key}:glasses`),
  };
}

/** What the drawing leaves out of a character, as `age (24–28)`; in the order of the config. */
export function undrawn(character: CharacterAttributes): string[] {
  const { gender, ageRange, ethnicity, hairColor: hair, hairStyle, eyeColor, bodyType, outfitStyle, style } = character;
  const unknown = (label: string, text: string | undefined, known: unknown): string[] =>
    text && !known ? [`${label} (${text})`] : [];
  return [
    ...unknown('gender', gender, byWords(gender, HAIR_BY_GENDER)),
    ...(ageRange ? [`age (${ageRange[0]}–${ageRange[1]})`] : []),
    ...unknown('ethnicity', ethnicity, hex(ethnicity) ?? byWords(ethnicity, SKIN_TONES)),
    ...unknown('hair color', hair, hex(hair) ?? byWords(hair, HAIR_COLORS)),
    ...unknown('hair style', hairStyle, byWords(hairStyle, HAIR_STYLES)),
    ...unknown('eye color', eyeColor, hex(eyeColor) ?? byWords(eyeColor, EYE_COLORS)),
    ...unknown('body type', bodyType, false),
    ...unknown(
      'outfit',
      outfitStyle,
      hex(outfitStyle) ?? byWords(outfitStyle, CLOTHES) ?? byWords(outfitStyle, COLORS),
    ),
    ...featuresOf(character)
      .filter(({ drawn }) => !drawn)
      .map(({ text }) => text),
    ...unknown('style', style, byWords(style, [['cartoon|flat|vector|avatar|illustrat|comic', true]])),
  ];
}

/** The distinctive features with what is drawn of each; of two that want the same part, the first has it. */
function featuresOf(character: CharacterAttributes): { text: string; drawn: Feature | undefined }[] {
  const taken = new Set<string>();
  return character.distinctiveFeatures.map((text) => {
    const found = byWords(text, FEATURES);
    const drawn = found && !taken.has(found.part) ? found : undefined;
    if (found) taken.add(found.part);
    return { text, drawn };
  });
}

function hairColor({ hairColor: said, ageRange }: CharacterAttributes): string | undefined {
  return (
    hex(said) ?? byWords(said, HAIR_COLORS) ?? (ageRange && ageRange[0] >= GREY_FROM_YEARS ? '#a9a5a2' : undefined)
  );
}

/** A `#rgb` or `#rrggbb` in the text, as `#rrggbb`. */
function hex(text: string | undefined): string | undefined {
  const digits = text?.match(/#([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-f])/i)?.[1]?.toLowerCase();
  return digits && `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
}
