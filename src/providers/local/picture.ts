/** One picture as SVG: backdrop, figure, light. Pure, given the style. */
import type { ImageRequest } from '../provider.ts';
import type { Framing, ShotLook } from '../../shot.ts';
import { drawBackdrop } from './backdrop.ts';
import type { Canvas } from './backdrop.ts';
import { drawBody } from './body.ts';
import { byHash, byWords } from './choose.ts';
import { FACES, TURNS } from './expression.ts';
import { identityOf, styleOptions } from './identity.ts';
import { turnFace } from './style.ts';

/** Draws the bust with the style: options in, SVG of 280 by 280 out. */
export type DrawBust = (options: Record<string, unknown>) => string;

/** What must be in the frame, in the figure's units: height from `top` to `bottom`, width around x 140; `slack`: share of spare height above. */
const FRAMES: Readonly<Record<Framing, { top: number; bottom: number; width: number; slack: number; backdropZoom: number }>> = {
  'close-up': { top: -2, bottom: 214, width: 206, slack: 0.5, backdropZoom: 1.6 },
  'head and shoulders': { top: -26, bottom: 274, width: 290, slack: 0.5, backdropZoom: 1.35 },
  'waist up': { top: -30, bottom: 392, width: 340, slack: 0.5, backdropZoom: 1.18 },
  'three-quarter length': { top: -36, bottom: 520, width: 380, slack: 0.5, backdropZoom: 1.07 },
  'full body': { top: -44, bottom: 664, width: 420, slack: 0.66, backdropZoom: 1 },
};

/** The whole picture. Same request, same text. */
export function drawPicture(request: Pick<ImageRequest, 'character' | 'seed' | 'look' | 'width' | 'height'>, drawBust: DrawBust): string {
  const { character, seed, look, width, height } = request;
  const canvas = { width, height };
  const identity = identityOf(character, seed);
  const turn = TURNS[look.angle];
  const bust = turnFace(drawBust({ ...styleOptions(identity), ...FACES[look.expression] }), turn.dx, turn.dy);
  const inner = bust.replace(/^<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/<!--.*?-->|<metadata.*?<\/metadata>/gs, '');
  const { backdropZoom } = FRAMES[look.framing];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="none">`,
    `<g transform="translate(${width / 2} ${height / 2}) scale(${backdropZoom}) translate(${-width / 2} ${-height / 2})">${drawBackdrop(look, canvas)}</g>`,
    `<g transform="${placement(look, canvas)}">${drawBody(identity, look.pose)}${inner}</g>`,
    `${light(look, canvas)}</svg>`,
  ].join('');
}

/** Where the figure stands: as large as the framing asks, leaning with the angle, a little to a side by the pose. */
function placement(look: ShotLook, { width, height }: Canvas): string {
  const frame = FRAMES[look.framing];
  const scale = Math.min(width / frame.width, height / (frame.bottom - frame.top));
  const spare = height - (frame.bottom - frame.top) * scale;
  const aside = byHash([-9, -5, 0, 5, 9], `${look.pose}:${look.background}:${look.light}`);
  const x = width / 2 + (aside - TURNS[look.angle].dx * 0.6) * scale;
  const y = spare * frame.slack - frame.top * scale;
  const lean = TURNS[look.angle].leanDegrees + (byWords(look.pose, [['.*tilt', 4], ['.*lean', 2.5]]) ?? 0);
  const pivotY = look.framing === 'full body' ? 628 : 300;
  return `translate(${fixed(x)} ${fixed(y)}) scale(${fixed(scale)}) rotate(${lean} 0 ${pivotY}) translate(-140 0)`;
}

/** Tints by the words of the light: colour and strength. */
const TINTS: readonly (readonly [string, readonly [string, number]])[] = [
  ['.*(golden|sunset|warm|lamplight|late-afternoon|lamps|morning sun|low sun)', ['#ff9a3c', 0.13]],
  ['.*(dusk|blue-hour|twilight|dark|evening|night)', ['#1f3a7a', 0.2]],
  ['.*(cool|misty|winter|snow|cloudy|overcast|gr[ae]y|shade)', ['#7fa8d0', 0.12]],
  ['.*(high-key|bright)', ['#ffffff', 0.1]],
];

/** The light: a tint over all, and a brighter and a darker side where the light has a direction. */
function light({ light: words }: ShotLook, { width, height }: Canvas): string {
  const [color, strength] = byWords(words, TINTS) ?? byHash([['#fff4e0', 0.06], ['#e8f1ff', 0.06]] as const, words);
  const tint = `<rect width="${width}" height="${height}" fill="${color}" fill-opacity="${strength}"/>`;
  const side = byWords(words, [['.*left', 'left'], ['.*right', 'right'], ['.*(side|window|slant|rembrandt)', byHash(['left', 'right'], words)]]);
  if (!side) return tint;
  const [from, to] = side === 'left' ? [0, 1] : [1, 0];
  const beam = (share: number, opacity: number): string => {
    const [top, foot] = [share, share - 0.35].map((at) => fixed(width * (from + (to - from) * at)));
    return `<path d="M${from * width} 0H${top}L${foot} ${height}H${from * width}z" fill="#fff" fill-opacity="${opacity}"/>`;
  };
  return tint + beam(0.75, 0.07) + beam(0.5, 0.07);
}

function fixed(value: number): number {
  return Math.round(value * 1000) / 1000;
}
