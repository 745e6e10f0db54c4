/**
 * What a trainer is told of a picture: everything that may change from picture to picture (view, expression, pose,
 * place, light, clothes), and nothing of who it is: what a caption does not say is learned as the trigger word. Pure.
 */
import type { CharacterAttributes } from '../character.ts';
import type { ShotLook } from '../shot.ts';
import { tidy, wearing } from './identity.ts';
import { CAMERA_WORDS, EXPRESSION_WORDS, mediumName } from './prompt.ts';

/** The words that stand for a character in its captions. */
export interface Subject {
  /** One word that is no word: `m1r4s0l`. */
  trigger: string;
  /** What kind of thing it is: `woman`. */
  className: string;
}

/**
 * One line, never empty: `photo of m1r4s0l woman, close-up, seen from the front, …`. `look`: undefined where nobody
 * knows it (the picture came from a store). The character's name in words of the user's own becomes the trigger word.
 */
export function captionOf(
  attributes: CharacterAttributes,
  look: ShotLook | undefined,
  { trigger, className }: Subject,
): string {
  const subject = `${mediumName(attributes.style)} of ${trigger} ${className}`;
  if (!look) return subject;
  const own = (text: string): string => withoutName(tidy(text), attributes.name, trigger);
  return [
    subject,
    look.framing,
    CAMERA_WORDS[look.angle],
    ...(look.isScene ? [] : [EXPRESSION_WORDS[look.expression]]),
    own(look.pose),
    own(look.background),
    own(look.light),
    wearing(own(look.outfit ?? attributes.outfitStyle ?? '')).replace(/^, /, ''),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The whole name, then the first name alone, as they are written: `rose` is no Rose. */
function withoutName(text: string, name: string, trigger: string): string {
  const whole = tidy(name);
  const first = whole.split(' ')[0] ?? whole;
  return [whole, first]
    .filter((word) => word.length > 1)
    .reduce((left, word) => left.replaceAll(wholeWord(word), () => trigger), text);
}

function wholeWord(text: string): RegExp {
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])`, 'gu');
}
