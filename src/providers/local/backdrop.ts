/**
 * What is behind the person: a plain color, a room or a landscape, by the words of the background and its hash. Pure.
 */
import type { ShotLook } from '../../shot.ts';
import { byHash, byWords, hash } from './choose.ts';
import { drawIndoor } from './indoor.ts';
import { drawOutdoor } from './outdoor.ts';
import { rect } from './svg.ts';
import type { Canvas } from './svg.ts';
import { COLORS } from './clothes-words.ts';

/** SVG that fills the canvas. The same background looks the same in every picture. */
export function drawBackdrop(look: ShotLook, canvas: Canvas): string {
  if (look.setting === 'plain') return plain(look, canvas);
  return look.setting === 'indoor' ? drawIndoor(look.background, canvas) : drawOutdoor(look.background, canvas);
}

function plain({ background }: ShotLook, { width, height }: Canvas): string {
  const color =
    byWords(
      background,
      COLORS.map(([words, value]): [string, string] => [`.*\\b(?:${words})`, value]),
    ) ?? byHash(PASTELS, background);
  const cx = 35 + (hash(background) % 30);
  const stops =
    '<stop stop-color="#fff" stop-opacity=".38"/><stop offset=".6" stop-color="#fff" stop-opacity=".08"/>' +
    '<stop offset="1" stop-color="#000" stop-opacity=".12"/>';
  const glow = `<radialGradient id="glow" cx="${cx}%" cy="38%" r="75%">${stops}</radialGradient>`;
  return glow + rect([0, 0, width, height], color) + rect([0, 0, width, height], 'url(#glow)');
}

const PASTELS = ['#dfe3e8', '#e3d2b8', '#cfe3ea', '#e9d5d8', '#d8e2cf', '#ddd3e6'];
