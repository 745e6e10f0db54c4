/** The backdrop of a shot outside: sky, land and ground, by the words of the background and its hash. Pure. */
import { byHash, byWords, hash } from './choose.ts';
import type { WordTable } from './choose.ts';
import { circle, ellipse, HORIZON, point, rect } from './svg.ts';
import type { Canvas } from './svg.ts';

type Land = 'sea' | 'hills' | 'trees' | 'city' | 'snow';
const LANDS: WordTable<Land> = [
  ['.*(snow|winter|ice)', 'snow'],
  ['.*(beach|coast|sea|lake|harbour|harbor|ocean|jetty|river)', 'sea'],
  ['.*(city|street|square|roof|town|avenue of|skyline|shopping|bridge|village)', 'city'],
  ['.*(forest|park|orchard|grove|garden|tree|avenue|pine)', 'trees'],
  ['.*(mountain|hill|field|meadow|valley|desert|grass)', 'hills'],
];
/** Sky, far land, near land, ground. */
const PALETTES: Readonly<Record<Land, readonly [string, string, string, string]>> = {
  sea: ['#bfe4f2', '#5fa8c4', '#4b93b3', '#ead9b0'],
  hills: ['#cdeaf5', '#9cc3a0', '#7fb07f', '#8fbf74'],
  trees: ['#d3edf3', '#8fbf95', '#5f9a68', '#93b878'],
  city: ['#cfe3f0', '#a9bccb', '#8da2b5', '#b9b4ab'],
  snow: ['#dce8f2', '#c3d3e2', '#a9bfd3', '#f5f8fb'],
};

/** The air before what is far away. */
const HAZE =
  '<linearGradient id="haze" x2="0" y2="1"><stop stop-color="#fff" stop-opacity="0"/>' +
  '<stop offset="1" stop-color="#fff" stop-opacity=".6"/></linearGradient>';

/** SVG that fills the canvas with a landscape or a street. */
export function drawOutdoor(background: string, canvas: Canvas): string {
  const { width, height } = canvas;
  const land = byWords(background, LANDS) ?? byHash<Land>(['hills', 'trees', 'city'], background);
  const [sky, far, near, ground] = PALETTES[land];
  const u = Math.min(width, height) / 100;
  const horizon = height * HORIZON;
  const sunX = width * byHash([0.14, 0.2, 0.8, 0.86], `${background}:sun`);
  const sun =
    circle([sunX, height * 0.17, 7.5 * u], '#fff3c9') + circle([sunX, height * 0.17, 11 * u], '#fff3c9', '.35');
  const clouds = [0, 1]
    .map((one) =>
      cloud(width * ((hash(`${background}:cloud${one}`) % 90) / 100 + 0.05), height * (0.1 + one * 0.13), u),
    )
    .join('');
  const earth =
    rect([0, horizon, width, height - horizon + 1], ground) +
    rect([0, height * 0.88, width, height * 0.12], '#000', 0.05);
  const skyline =
    land === 'sea'
      ? rect([0, horizon - 20 * u, width, 20 * u], far) + rect([0, horizon - 7 * u, width, 7 * u], near)
      : ridge(background, canvas, land, [far, near]);
  return (
    HAZE +
    rect([0, 0, width, height], sky) +
    rect([0, 0, width, horizon], 'url(#haze)') +
    sun +
    clouds +
    skyline +
    earth
  );
}

function ridge(
  background: string,
  { width, height }: Canvas,
  land: Land,
  [far, near]: readonly [string, string],
): string {
  const u = Math.min(width, height) / 100;
  const horizon = height * HORIZON;
  const shift = (hash(background) % 100) / 100;
  const shape = (layer: number, at: number, color: string): string => {
    const size = 0.75 + (hash(`${background}:${layer}:${at}`) % 60) / 100;
    const x = width * ((at + shift) / 7) - width * 0.08;
    if (land === 'city')
      return (
        rect([x, horizon - size * (layer ? 24 : 40) * u, width * 0.12, size * (layer ? 24 : 40) * u], color) +
        windows(x, horizon - size * (layer ? 24 : 40) * u, width * 0.12, u)
      );
    if (land === 'trees')
      return (
        rect([x + width * 0.05 - u, horizon - 12 * u, 2 * u, 12 * u], '#7a5a3f') +
        ellipse([x + width * 0.05, horizon - (layer ? 17 : 27) * size * u, 11 * u, (layer ? 11 : 16) * u], color)
      );
    const h = size * (land === 'snow' ? 30 : 17) * (layer ? 0.6 : 1) * u;
    if (land === 'snow') return triangle(x, horizon, [width * 0.18, h], color);
    return ellipse([x, horizon, width * 0.22, h], color);
  };
  return [far, near]
    .map((color, layer) => [0, 1, 2, 3, 4, 5, 6, 7].map((at) => shape(layer, at + layer * 0.5, color)).join(''))
    .join('');
}

/** A mountain on the horizon, around a third of its half width right of `x`. */
function triangle(x: number, y: number, [half, h]: readonly [number, number], fill: string): string {
  const middle = x + half / 3;
  return `<path d="M${point(middle - half, y)}L${point(middle, y - h)}L${point(middle + half, y)}z" fill="${fill}"/>`;
}

function windows(x: number, y: number, w: number, u: number): string {
  return [0, 1, 2]
    .map((row) =>
      [0.18, 0.58]
        .map((share) => rect([x + w * share, y + (3 + row * 5.5) * u, w * 0.22, 2.6 * u], '#fff', 0.4))
        .join(''),
    )
    .join('');
}

function cloud(x: number, y: number, u: number): string {
  return [
    [-6, 0, 6],
    [0, -3, 8],
    [8, 0, 5.5],
  ]
    .map(([dx = 0, dy = 0, r = 0]) =>
      ellipse([x + dx * u, y + dy * u, r * u, r * 0.62 * u], '#fff', ' fill-opacity=".85"'),
    )
    .join('');
}
