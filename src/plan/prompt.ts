/**
 * What a provider is told: who, how near, from where, doing what, in which place and light, and in which medium.
 * Pure: the same attributes and look give the same text for ever.
 */
import type { CharacterAttributes } from '../character.ts';
import { identityBlock, tidy } from './identity.ts';
import type { StoryContext } from '../scene.ts';
import type { Angle, Expression, Framing, ShotLook } from '../shot.ts';

/** Longest name of a style that is not in the list, in characters. */
const STYLE_MAX = 80;

/** `{eyes}`: the camera in a photograph, the viewer elsewhere. Left and right are the viewer's. */
const ANGLE_WORDS: Readonly<Record<Angle, string>> = {
  front: 'front view, facing {eyes} and looking straight at it',
  'three-quarter left':
    'three-quarter view facing left, head and body turned halfway toward the left of the frame, eyes on {eyes}',
  'three-quarter right':
    'three-quarter view facing right, head and body turned halfway toward the right of the frame, eyes on {eyes}',
  'profile left':
    'full side profile facing left, nose pointing to the left edge of the frame, looking straight ahead, only one ' +
    'eye visible',
  'profile right':
    'full side profile facing right, nose pointing to the right edge of the frame, looking straight ahead, only ' +
    'one eye visible',
  'slightly above': 'high angle from slightly above eye level, looking up at {eyes}',
  'slightly below': 'low angle from slightly below eye level, looking down at {eyes}',
};

/** Of a user's scene: where the camera is, and no word of where the person looks. */
export const CAMERA_WORDS: Readonly<Record<Angle, string>> = {
  front: 'seen from the front',
  'three-quarter left': 'three-quarter view facing left',
  'three-quarter right': 'three-quarter view facing right',
  'profile left': 'side profile facing left',
  'profile right': 'side profile facing right',
  'slightly above': 'seen from slightly above eye level',
  'slightly below': 'seen from slightly below eye level',
};

/** As said behind `with`. */
export const EXPRESSION_WORDS: Readonly<Record<Expression, string>> = {
  neutral: 'a relaxed, neutral expression',
  'soft smile': 'a soft, closed-mouth smile',
  'broad smile': 'a broad, open smile',
  laughing: 'a natural laugh',
  serious: 'a serious expression',
  thoughtful: 'a thoughtful expression',
  surprised: 'a look of pleasant surprise',
  confident: 'a confident expression',
  playful: 'a playful grin',
  calm: 'a calm, serene expression',
  curious: 'a curious expression, eyebrows slightly raised',
  determined: 'a determined expression',
};

const FRAMING_WORDS: Readonly<Record<Framing, string>> = {
  'close-up': 'Close-up of the face, filling most of the frame',
  'head and shoulders': 'Head-and-shoulders portrait',
  'waist up': 'Waist-up portrait',
  'three-quarter length': 'Three-quarter-length portrait, framed from the knees up',
  'full body': 'Full-body portrait, head to toe inside the frame',
};

const LENS_WORDS: Readonly<Record<Framing, string>> = {
  'close-up': '105mm portrait lens at f/2.8, shallow depth of field',
  'head and shoulders': '85mm portrait lens at f/2, shallow depth of field',
  'waist up': '70mm lens at f/2.8, softly blurred background',
  'three-quarter length': '50mm lens at f/2.8, gently blurred background',
  'full body': '35mm lens at f/4, background recognizable but soft',
};

/** What a medium is called and what it looks like. */
interface Medium {
  opening: string;
  finish: string;
}

const MEDIA: readonly (readonly [pattern: RegExp, medium: Medium])[] = [
  [
    /^water ?colou?r(?: painting)?$/,
    { opening: 'Watercolor painting of', finish: 'Transparent layered washes, soft wet edges, visible paper grain' },
  ],
  [
    /^(?:anime|manga)$/,
    { opening: 'Anime illustration of', finish: 'Clean line art, cel shading, expressive eyes, polished colors' },
  ],
  [
    /^oil(?: paint(?:ing)?)?$/,
    { opening: 'Oil painting of', finish: 'Rich layered brushwork, visible canvas texture, classical color harmony' },
  ],
  [
    /^(?:3d|3d render|3d rendering|cgi)$/,
    { opening: '3D render of', finish: 'Physically based materials, global illumination, finely modelled features' },
  ],
  [
    /^(?:comic|comics|comic book)$/,
    {
      opening: 'Comic book illustration of',
      finish: 'Bold ink outlines, flat colors, halftone shading, no lettering',
    },
  ],
  [
    /^(?:pencil|pencil sketch|pencil drawing|sketch)$/,
    { opening: 'Pencil sketch of', finish: 'Fine graphite hatching, tonal shading, textured drawing paper' },
  ],
  [
    /^(?:digital art|digital painting|digital illustration)$/,
    { opening: 'Digital painting of', finish: 'Refined painterly rendering, controlled edges, harmonious colors' },
  ],
  [/^pixel art$/, { opening: 'Pixel art of', finish: 'Crisp square pixels, limited palette, clear silhouette' }],
];

const PHOTO =
  /^(?:photo|photograph|photography|photographic|photo ?realistic|photo ?realism|realistic|portrait photo(?:graphy)?)$/;

/**
 * The prompt of one shot: one line, below 1,500 characters for any legal attributes and any look of the catalogue,
 * the identity block in it verbatim. An empty style is a photograph. `context` is said in every prompt.
 */
export function buildPrompt(attributes: CharacterAttributes, look: ShotLook, context: StoryContext = {}): string {
  const drawn = drawnMedium(attributes.style);
  const isPhoto = drawn === undefined;
  const medium = drawn ?? photograph(look.framing);
  const parts = [
    `${medium.opening} ${identityBlock(attributes, look.outfit)}`,
    ...(look.isScene ? sceneParts(look, context.place) : catalogueParts(look, isPhoto)),
    ...said('Lighting', look.light),
    ...said('Story', context.story),
    ...said('Mood', context.mood),
    medium.finish,
    // A scene says itself who else is there.
    ...(look.isScene ? [] : ['One person only.']),
  ];
  return parts.join('. ') + (look.isScene ? '.' : '');
}

/** What a style other than a photograph is called and looks like; undefined: it is a photograph. */
function drawnMedium(named: string): Medium | undefined {
  const style = tidy(named, STYLE_MAX);
  const key = style.toLowerCase().replace(/[-_]+/g, ' ');
  if (style === '' || PHOTO.test(key)) return undefined;
  return MEDIA.find(([pattern]) => pattern.test(key))?.[1] ?? inTheStyleOf(style);
}

/** What a picture of this style is called in a caption: `photo`, `watercolor painting`. */
export function mediumName(named: string): string {
  const opening = drawnMedium(named)?.opening.replace(/ of$/, '') ?? 'photo';
  const style = opening === 'Portrait' ? ` in the style of ${tidy(named, STYLE_MAX)}` : '';
  return opening.replace(/^[A-Z](?=[a-z])/, (capital) => capital.toLowerCase()) + style;
}

function catalogueParts(look: ShotLook, isPhoto: boolean): string[] {
  const angle = ANGLE_WORDS[look.angle].replace('{eyes}', isPhoto ? 'the camera' : 'the viewer');
  const place = look.setting === 'plain' ? 'Background' : 'Setting';
  return [
    `${FRAMING_WORDS[look.framing]}, ` +
      `${angle.replace('straight at it', isPhoto ? 'straight into the lens' : 'straight out of the picture')}`,
    `Pose: ${look.pose}, with ${EXPRESSION_WORDS[look.expression]}`,
    `${place}: ${look.background}`,
  ];
}

function sceneParts(look: ShotLook, place: string | undefined): string[] {
  return [
    `${FRAMING_WORDS[look.framing]}, ${CAMERA_WORDS[look.angle]}`,
    `Scene: ${look.background}`,
    ...said('Place', place),
    ...said('Pose', look.pose),
  ];
}

/** `Mood: calm`; nothing for an empty text. */
function said(what: string, text: string | undefined): string[] {
  const words = tidy(text);
  return words === '' ? [] : [`${what}: ${words}`];
}

/** What must not be in the picture, as the config says it, trimmed; undefined when it says nothing. */
export function buildNegativePrompt(attributes: CharacterAttributes): string | undefined {
  const text = attributes.negativePrompt?.trim();
  return text ? text : undefined;
}

function photograph(framing: Framing): Medium {
  return {
    opening: 'Professional portrait photograph of',
    finish: `${LENS_WORDS[framing]}, natural skin texture, true-to-life colors, sharp focus on the eyes`,
  };
}

function inTheStyleOf(style: string): Medium {
  return { opening: 'Portrait of', finish: `In the style of ${style}, consistent character design, careful detail` };
}
