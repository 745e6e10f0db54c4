/** What is behind the person: a plain colour, a room or a view, by the words of the background and its hash. Pure. */
import type { ShotLook } from '../../shot.ts';
import { byHash, byWords, hash } from './choose.ts';
import type { WordTable } from './choose.ts';
import { COLORS } from './words.ts';

/** The canvas in pixels. */
export interface Canvas {
  width: number;
  height: number;
}

/** Left, top, width, height. */
type Box = readonly [number, number, number, number];

/** The horizon, as a share of the height: where floor or ground begins. */
const HORIZON = 0.7;

/** SVG that fills the canvas. The same background looks the same in every picture. */
export function drawBackdrop(look: ShotLook, canvas: Canvas): string {
  if (look.setting === 'plain') return plain(look, canvas);
  return look.setting === 'indoor' ? room(look.background, canvas) : view(look.background, canvas);
}

function plain({ background }: ShotLook, { width, height }: Canvas): string {
  const color =
    byWords(
      background,
      COLORS.map(([words, value]): [string, string] => [`.*\\b(?:${words})`, value]),
    ) ?? byHash(PASTELS, background);
  const cx = 35 + (hash(background) % 30);
  const glow = `<radialGradient id="glow" cx="${cx}%" cy="38%" r="75%"><stop stop-color="#fff" stop-opacity=".38"/><stop offset=".6" stop-color="#fff" stop-opacity=".08"/><stop offset="1" stop-color="#000" stop-opacity=".12"/></radialGradient>`;
  return glow + rect([0, 0, width, height], color) + rect([0, 0, width, height], 'url(#glow)');
}

const PASTELS = ['#dfe3e8', '#e3d2b8', '#cfe3ea', '#e9d5d8', '#d8e2cf', '#ddd3e6'];
const WALLS = ['#efe3d0', '#dfe7e4', '#e8dcd6', '#d9e2ec', '#e6e1ee', '#f0e6c8'];
const FLOORS = ['#b98d62', '#a77b53', '#c49a6c', '#8f8f96', '#9a7250'];
const ACCENTS = ['#c9724f', '#5c8a8a', '#d9a441', '#7a6aa0', '#5b7f5a', '#b2566b'];

/** What stands in a room, by its words. */
const FURNITURE: WordTable<readonly Furniture[]> = [
  ['.*(book|library|reading)', ['shelves', 'lamp']],
  ['.*(plant|glasshouse|garden)', ['tallWindow', 'plant']],
  ['.*(kitchen|café|cafe|dining|market|workshop|pottery|bar)', ['window', 'counter']],
  ['.*(gallery|museum|painter|studio|music)', ['pictures', 'lamp']],
  ['.*(station|hall|lobby|office|loft|glass|hotel)', ['tallWindow', 'lamp']],
];
type Furniture = 'window' | 'tallWindow' | 'shelves' | 'plant' | 'lamp' | 'counter' | 'pictures';

function room(background: string, canvas: Canvas): string {
  const { width, height } = canvas;
  const horizon = height * HORIZON;
  const wall = byHash(WALLS, `${background}:wall`);
  const things =
    byWords(background, FURNITURE) ??
    byHash<readonly Furniture[]>(
      [
        ['window', 'plant'],
        ['pictures', 'plant'],
        ['window', 'lamp'],
        ['tallWindow', 'plant'],
      ],
      background,
    );
  const accent = byHash(ACCENTS, `${background}:accent`);
  const flipped = hash(`${background}:side`) % 2 === 1;
  const furniture = things
    .map((thing, index) => furnish(thing, (index === 0) === flipped ? 0.8 : 0.19, canvas, accent))
    .join('');
  const floor =
    rect([0, horizon, width, height - horizon], byHash(FLOORS, `${background}:floor`)) +
    rect([0, horizon - height * 0.018, width, height * 0.018], '#fff', 0.75);
  return (
    rect([0, 0, width, height], wall) + floor + furniture + rect([0, height * 0.86, width, height * 0.14], '#000', 0.05)
  );
}

/** One thing around the centre `at` (share of the width), in units of the shorter side. */
function furnish(thing: Furniture, at: number, { width, height }: Canvas, accent: string): string {
  const u = Math.min(width, height) / 100;
  const x = width * at;
  const floor = height * HORIZON;
  const box = (dx: number, dy: number, w: number, h: number): Box => [x + dx * u, floor + dy * u, w * u, h * u];
  switch (thing) {
    case 'window':
      return (
        rect(box(-15, -58, 30, 36), '#fff') +
        rect(box(-13, -56, 12, 32), '#bfe3f5') +
        rect(box(1, -56, 12, 32), '#cdeaf8') +
        rect(box(-17, -22, 34, 2.5), '#fff')
      );
    case 'tallWindow':
      return [-22, -7, 8]
        .map((dx) => rect(box(dx, -66, 13, 62), '#fff') + rect(box(dx + 1.2, -64.5, 10.6, 59), '#c6e6f5'))
        .join('');
    case 'shelves':
      return (
        rect(box(-20, -68, 40, 68), '#8a6242') +
        [0, 1, 2, 3]
          .map((row) => rect(box(-18, -65 + row * 16.5, 36, 13), '#6d4b31') + books(row, box, accent))
          .join('')
      );
    case 'pictures':
      return (
        rect(box(-16, -58, 18, 24), '#fff') +
        rect(box(-14.5, -56.5, 15, 21), accent) +
        rect(box(6, -48, 13, 16), '#fff') +
        rect(box(7.2, -46.8, 10.6, 13.6), '#8fb3c4')
      );
    case 'counter':
      return (
        rect(box(-24, -16, 48, 30), accent) +
        rect(box(-26, -18, 52, 3), '#f3ead7') +
        rect(box(-8, -24, 5, 6), '#fff') +
        rect(box(2, -26, 4, 8), '#e8d9b8')
      );
    case 'lamp':
      return (
        rect(box(-0.6, -46, 1.2, 50), '#4a4a4f') +
        rect(box(-6, 3, 12, 1.8), '#4a4a4f') +
        `<path d="M${round(x - 5 * u)} ${round(floor - 56 * u)}h${round(10 * u)}l${round(4 * u)} ${round(12 * u)}h${round(-18 * u)}z" fill="#ffe3a0"/>`
      );
    case 'plant':
      return (
        rect(box(-5, -6, 10, 12), accent) +
        [-32, -14, 0, 14, 32].map((lean) => leaf(x, floor - 5 * u, u, lean)).join('')
      );
  }
}

function books(row: number, box: (dx: number, dy: number, w: number, h: number) => Box, accent: string): string {
  const colors = [accent, '#d8c3a0', '#7f9aa8', '#a9584a', '#e3d2b8', '#5b6f5a'];
  return colors
    .map((_, at) =>
      rect(
        box(-16.5 + at * 5.4, -64 + row * 16.5 + ((at * 7 + row * 3) % 4), 4.2, 12 - ((at * 7 + row * 3) % 4)),
        colors[(at + row * 2) % 6] ?? accent,
      ),
    )
    .join('');
}

function leaf(x: number, y: number, u: number, lean: number): string {
  return `<ellipse cx="${round(x)}" cy="${round(y - 13 * u)}" rx="${round(3.4 * u)}" ry="${round(13 * u)}" fill="${lean % 4 ? '#4f8a5b' : '#66a36e'}" transform="rotate(${lean} ${round(x)} ${round(y)})"/>`;
}

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

function view(background: string, canvas: Canvas): string {
  const { width, height } = canvas;
  const land = byWords(background, LANDS) ?? byHash<Land>(['hills', 'trees', 'city'], background);
  const [sky, far, near, ground] = PALETTES[land];
  const u = Math.min(width, height) / 100;
  const horizon = height * HORIZON;
  const sunX = width * byHash([0.14, 0.2, 0.8, 0.86], `${background}:sun`);
  const sun = `<circle cx="${round(sunX)}" cy="${round(height * 0.17)}" r="${round(7.5 * u)}" fill="#fff3c9"/><circle cx="${round(sunX)}" cy="${round(height * 0.17)}" r="${round(11 * u)}" fill="#fff3c9" fill-opacity=".35"/>`;
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
  const haze = `<linearGradient id="haze" x2="0" y2="1"><stop stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#fff" stop-opacity=".6"/></linearGradient>`;
  return (
    haze +
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
        `<ellipse cx="${round(x + width * 0.05)}" cy="${round(horizon - (layer ? 17 : 27) * size * u)}" rx="${round(11 * u)}" ry="${round((layer ? 11 : 16) * u)}" fill="${color}"/>`
      );
    const h = size * (land === 'snow' ? 30 : 17) * (layer ? 0.6 : 1) * u;
    if (land === 'snow')
      return `<path d="M${round(x - width * 0.12)} ${round(horizon)}L${round(x + width * 0.06)} ${round(horizon - h)}L${round(x + width * 0.24)} ${round(horizon)}z" fill="${color}"/>`;
    return `<ellipse cx="${round(x)}" cy="${round(horizon)}" rx="${round(width * 0.22)}" ry="${round(h)}" fill="${color}"/>`;
  };
  return [far, near]
    .map((color, layer) => [0, 1, 2, 3, 4, 5, 6, 7].map((at) => shape(layer, at + layer * 0.5, color)).join(''))
    .join('');
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
    .map(
      ([dx = 0, dy = 0, r = 0]) =>
        `<ellipse cx="${round(x + dx * u)}" cy="${round(y + dy * u)}" rx="${round(r * u)}" ry="${round(r * 0.62 * u)}" fill="#fff" fill-opacity=".85"/>`,
    )
    .join('');
}

function rect([x, y, width, height]: Box, fill: string, opacity?: number): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"${opacity === undefined ? '' : ` fill-opacity="${opacity}"`}/>`;
}

/** Two decimals are finer than a pixel. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
