/** One picture as SVG: backdrop, figure, light. Pure, given the style. */
import type { ImageRequest } from '../provider.ts';
import type { Framing, ShotLook } from '../../shot.ts';
import { drawBackdrop } from './backdrop.ts';
import type { Canvas } from './svg.ts';
import { drawBody } from './body.ts';
import { byHash, byWords } from './choose.ts';
import { FACES, TURNS } from './expression.ts';
import { identityOf, styleOptions } from './identity.ts';
import { turnFace } from './style.ts';

/** Draws the bust with the style: options in, SVG of 280 by 280 out. */
export type DrawBust = (options: Record<string, unknown>) => string;

/**
 * What must be in the frame, in the figure's units: height from `top` to `bottom`, width around x 140; `slack`: share
 * of spare height above.
 */
const FRAMES: Readonly<
  Record<Framing, { top: number; bottom: number; width: number; slack: number; backdropZoom: number }>
> = {
  'close-up': { top: -2, bottom: 214, width: 206, slack: 0.5, backdropZoom: 1.6 },
  'head and shoulders': { top: -26, bottom: 274, width: 290, slack: 0.5, backdropZoom: 1.35 },
  'waist up': { top: -30, bottom: 392, width: 340, slack: 0.5, backdropZoom: 1.18 },
  'three-quarter length': { top: -36, bottom: 520, width: 380, slack: 0.5, backdropZoom: 1.07 },
  'full body': { top: -44, bottom: 664, width: 420, slack: 0.66, backdropZoom: 1 },
};

/** A beard reaches from ear to ear: it can turn only so far before it hangs beside the face. */
const BEARD_TURN = 0.25;

/** The whole picture. Same request, same text. */
export function drawPicture(
  request: Pick<ImageRequest, 'character' | 'seed' | 'look' | 'width' | 'height'>,
  drawBust: DrawBust,
): string {
  const { character, seed, look, width, height } = request;
  const canvas = { width, height };
  const { outfit = character.outfitStyle } = look;
  const identity = identityOf({ ...character, outfitStyle: outfit }, seed);
  const turn = TURNS[look.angle];
  const freedom = identity.facialHair?.startsWith('beard') ? BEARD_TURN : 1;
  const bust = turnFace(
    drawBust({ ...styleOptions(identity), ...FACES[look.expression] }),
    turn.dx * freedom,
    turn.dy * freedom,
  );
  const inner = bust
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<!--.*?-->|<metadata.*?<\/metadata>/gs, '');
  const { backdropZoom } = FRAMES[look.framing];
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const [x, y] = [width / 2, height / 2];
  const zoomed = `translate(${x} ${y}) scale(${backdropZoom}) translate(${-x} ${-y})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill="none">`,
    `<g transform="${zoomed}">${drawBackdrop(look, canvas)}</g>`,
    tint(look, canvas, 1),
    `<g transform="${placement(look, canvas)}">${drawBody(identity, look.pose)}${inner}</g>`,
    `${tint(look, canvas, 0.4)}${sideLight(look, canvas)}</svg>`,
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
  const lean =
    TURNS[look.angle].leanDegrees +
    (byWords(look.pose, [
      ['.*tilt', 4],
      ['.*lean', 2.5],
    ]) ?? 0);
  const pivotY = look.framing === 'full body' ? 628 : 300;
  return `translate(${fixed(x)} ${fixed(y)}) scale(${fixed(scale)}) rotate(${lean} 0 ${pivotY}) translate(-140 0)`;
}

/** Tints by the words of the light: color and strength. */
const TINTS: readonly (readonly [string, readonly [string, number]])[] = [
  ['.*(golden|sunset|warm|lamplight|late-afternoon|lamps|morning sun|low sun)', ['#ff9a3c', 0.13]],
  ['.*(dusk|blue-hour|twilight|dark|evening|night)', ['#1f3a7a', 0.2]],
  ['.*(cool|misty|winter|snow|cloudy|overcast|gr[ae]y|shade)', ['#7fa8d0', 0.12]],
  ['.*(high-key|bright)', ['#ffffff', 0.1]],
];

/** The light's color over what is drawn so far; `share` of its strength, 0 … 1. */
function tint({ light: own, isScene, background }: ShotLook, { width, height }: Canvas, share: number): string {
  const light = isScene ? `${own} ${background}` : own;
  const [color, strength] =
    byWords(light, TINTS) ??
    byHash(
      [
        ['#fff4e0', 0.08],
        ['#e8f1ff', 0.08],
      ] as const,
      light,
    );
  return `<rect width="${width}" height="${height}" fill="${color}" fill-opacity="${fixed(strength * share)}"/>`;
}

/** A brighter and a darker side, where the light has a direction. */
function sideLight({ light }: ShotLook, { width, height }: Canvas): string {
  const side = byWords(light, [
    ['.*left', 'left'],
    ['.*right', 'right'],
    ['.*(side|window|slant|rembrandt)', byHash(['left', 'right'], light)],
  ]);
  if (!side) return '';
  const [x1, x2] = side === 'left' ? [0, 1] : [1, 0];
  const stops =
    '<stop stop-color="#fff" stop-opacity=".24"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/>' +
    '<stop offset=".55" stop-opacity="0"/><stop offset="1" stop-opacity=".16"/>';
  const gradient = `<linearGradient id="side" x1="${x1}" y1="0" x2="${x2}" y2="0.3">${stops}</linearGradient>`;
  return `${gradient}<rect width="${width}" height="${height}" fill="url(#side)"/>`;
}

function fixed(value: number): number {
  return Math.round(value * 1000) / 1000;
}
