/**
 * The identity block: the one clause that says who the person is, word for word the same in every shot's prompt.
 * Pure. Attributes are free text, so its grammar is made to read well with any of them missing.
 */
import type { CharacterAttributes } from '../character.ts';

/** The longest identity block, in characters; leaves a prompt room for the shot below 1,500. */
export const IDENTITY_MAX = 850;

/** When the block is too long, every attribute is cut to this many characters, then the last features are left out. */
const CUT = 80;

/**
 * `Mira Sol, a 24-28 year old Mediterranean woman with long wavy auburn hair, green eyes, an athletic build and
 * freckles, wearing casual streetwear`: no full stop at the end, one line, at most `IDENTITY_MAX` characters. `outfit`
 * takes the place of the character's own clothes, of whatever length; who the person is stays the same to the letter. A
 * trigger word stands in place of the name.
 */
export function identityBlock(attributes: CharacterAttributes, outfit?: string): string {
  const { who, clothes } = fitted(attributes);
  return who + (outfit === undefined ? clothes : wearing(tidy(outfit)));
}

/** Who the person is, and the clause of the clothes. */
interface Identity {
  who: string;
  clothes: string;
}

/** Both, together at most `IDENTITY_MAX` characters long. */
function fitted(attributes: CharacterAttributes): Identity {
  const whole = sentence(attributes, Infinity, attributes.distinctiveFeatures);
  if (fits(whole)) return whole;
  for (let kept = attributes.distinctiveFeatures.length; kept > 0; kept--) {
    const block = sentence(attributes, CUT, attributes.distinctiveFeatures.slice(0, kept));
    if (fits(block)) return block;
  }
  return sentence(attributes, CUT, []);
}

function fits({ who, clothes }: Identity): boolean {
  return who.length + clothes.length <= IDENTITY_MAX;
}

/**
 * One line of text to be put into a prompt: control characters, line breaks, half characters, invisible marks of
 * reading direction and runs of spaces become one space; punctuation at the end goes. Cut at a word where longer than
 * `lengthMax`.
 */
export function tidy(text: string | undefined, lengthMax = Infinity): string {
  const line = (text ?? '').replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\s]+/gu, ' ').trim();
  if (line.length <= lengthMax) return line.replace(/[\s.,;:]+$/, '');
  const cut = line.slice(0, lengthMax + 1);
  const words = cut.includes(' ')
    ? cut.slice(0, cut.lastIndexOf(' '))
    : cut.slice(0, -1).replace(/[\uD800-\uDBFF]$/, '');
  return words.replace(/[\s.,;:]+$/, '');
}

/** `a` or `an`, by the sound of the first word: `an 18 year old`, `a European woman`. */
export function withArticle(phrase: string): string {
  const vowel = /^(?:8|11(?!\d)|18(?!\d)|[aeiou]|hono[u]?r|honest|hour|heir)/i.test(phrase);
  const soundsOtherwise = /^(?:eu|ewe|one\b|once|uni(?!n|m|d)|us(?:e|u)|uk|ugand|urug|uto)/i.test(phrase);
  return `${vowel && !soundsOtherwise ? 'an' : 'a'} ${phrase}`;
}

function sentence(attributes: CharacterAttributes, cut: number, features: readonly string[]): Identity {
  const text = (key: 'gender' | 'ethnicity' | 'hairColor' | 'hairStyle' | 'eyeColor' | 'bodyType' | 'outfitStyle') =>
    tidy(attributes[key], cut);
  const details = [
    hair(text('hairStyle'), text('hairColor')),
    eyes(text('eyeColor')),
    build(text('bodyType')),
    ...features.map((feature) => countable(tidy(feature, cut).replace(/^(?:has|having|with|wears|wearing)\s+/i, ''))),
  ].filter((detail) => detail !== '');
  const core = [age(attributes.ageRange), text('ethnicity'), person(text('gender'), attributes.ageRange)].filter(
    (word) => word !== '',
  );
  const kind = core.length > 1 || details.length > 0 || text('gender') !== '' ? `, ${withArticle(core.join(' '))}` : '';
  const described = details.length > 0 ? ` with ${listed(details)}` : '';
  return {
    who: tidy(attributes.trigger ?? attributes.name, cut) + kind + described,
    clothes: wearing(text('outfitStyle')),
  };
}

/** `, wearing a red dress`; nothing for no clothes. */
export function wearing(clothes: string): string {
  const outfit = countable(clothes.replace(/^wearing\s+/i, ''));
  return outfit === '' ? '' : `, wearing ${outfit}`;
}

function age(range: readonly [number, number] | undefined): string {
  if (!range) return '';
  const [youngest, oldest] = range;
  return `${youngest === oldest ? youngest : `${youngest}-${oldest}`} year old`;
}

const ADJECTIVE = new RegExp(
  String.raw`(?:` +
    String.raw`non-binary|androgynous|agender|gender-?\s?(?:fluid|queer|neutral|less)|bigender|two-spirit|intersex|` +
    String.raw`queer|trans(?:gender)?|masculine|feminine|masc|femme` +
    String.raw`)$`,
  '',
);

/** The noun: words for the sex become the words for people, adjectives get one, any other word is taken as it is. */
export function person(gender: string, range: readonly [number, number] | undefined): string {
  const lower = gender.toLowerCase().replace(/\bnon\s?binary\b/, 'non-binary');
  const isChild = range !== undefined && range[1] < 18;
  if (lower === '') return 'person';
  if (/^(?:.* )?(?:female|f)$/.test(lower)) return lower.replace(/(?:female|f)$/, isChild ? 'girl' : 'woman');
  if (/^(?:.* )?(?:male|m)$/.test(lower)) return lower.replace(/(?:male|m)$/, isChild ? 'boy' : 'man');
  if (lower === 'enby' || lower === 'nb') return 'non-binary person';
  return ADJECTIVE.test(lower) ? `${lower} person` : lower;
}

const HAIR_TAIL = new RegExp(
  String.raw`^(.*?)(?:` +
    String.raw`^|[\s,]+)((?:with|in|tied|pulled|swept|worn|gathered|braided into|slicked|falling|parted)\b.*` +
    String.raw`)$`,
  'i',
);
const HAIR_NOUN = new RegExp(
  String.raw`(?:` +
    String.raw`ponytail|pigtails|bun|braids?|plaits?|bob|lob|cut|crop|fade|quiff|mohawk|afro|mullet|top ?knot|` +
    String.raw`chignon|dreadlocks|dreads|locs|cornrows|twists` +
    String.raw`)$`,
  'i',
);
const BALD = /^(?:(?:completely |fully )?bald|(?:clean[- ])?shaved(?: head)?|shaven(?: head)?|bald head)$/i;

/**
 * `long wavy` + `auburn` → `long wavy auburn hair`; `ponytail` → `auburn hair in a ponytail`; `bald` → `a bald head`.
 */
function hair(style: string, color: string): string {
  if (BALD.test(style)) return withArticle(`${style.replace(/ head$/i, '').toLowerCase()} head`);
  const tails: string[] = [];
  const heads = [style, color].map((text) => {
    const [, head = text, tail = ''] = HAIR_TAIL.exec(text) ?? [];
    if (tail !== '') tails.push(tail);
    return head.replace(/(?:^|\s+)hair$/i, '');
  });
  const [shape = '', shade = ''] = heads;
  if (HAIR_NOUN.test(shape))
    return [shade, 'hair in', plural(shape) ? shape : withArticle(bare(shape)), ...tails].filter(Boolean).join(' ');
  return style === '' && color === '' ? '' : [shape, shade, 'hair', ...tails].filter(Boolean).join(' ');
}

function eyes(color: string): string {
  if (color === '') return '';
  return /\beyes?\b/i.test(color) ? countable(color) : `${color} eyes`;
}

function build(body: string): string {
  if (body === '') return '';
  return withArticle(/\b(?:build|body|physique|figure|frame)\b/i.test(bare(body)) ? bare(body) : `${bare(body)} build`);
}

/** Things one has or wears one of: these want an article where the config gives none. */
const ONE_OF = new RegExp(
  String.raw`\b(?:` +
    String.raw`scar|mole|dimple|tattoo|birthmark|piercing|beard|mou?stache|goatee|ring|stud|necklace|pendant|gap|` +
    String.raw`mark|nose|smile|chin|jaw|jawline|face|patch|streak|eyepatch|scarf|hat|cap|beret|monocle|prosthesis|` +
    String.raw`arm|hand|dress|suit|jacket|coat|t-?shirt|shirt|skirt|hoodie|sweater|jumper|pullover|blazer|uniform|` +
    String.raw`gown|kimono|sari|tuxedo|robe|blouse|cardigan|vest|outfit|costume|jumpsuit|raincoat|apron|turtleneck|` +
    String.raw`cloak|cape|tunic` +
    String.raw`)$`,
  'i',
);

/** Puts an article before a single thing: `small scar above the eye` → `a small scar above the eye`. */
function countable(phrase: string): string {
  const [head = ''] = phrase.split(
    /,|\s(?:above|across|along|at|below|beneath|between|by|from|in|near|of|on|over|under|and|with)\s/i,
  );
  const determined = /^(?:an?|the|one|two|three|four|five|several|many|some|her|his|their|no|\d+)\s/i.test(phrase);
  return !determined && ONE_OF.test(head) ? withArticle(phrase) : phrase;
}

function bare(phrase: string): string {
  return phrase.replace(/^(?:an?|the)\s+/i, '');
}

function plural(noun: string): boolean {
  return /s$/i.test(noun);
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
