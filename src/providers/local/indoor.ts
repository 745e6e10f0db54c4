/** The backdrop of a shot inside: wall, floor and furniture, by the words of the background and its hash. Pure. */
import { byHash, byWords, hash } from './choose.ts';
import type { WordTable } from './choose.ts';
import { ellipse, HORIZON, point, rect, round } from './svg.ts';
import type { Box, Canvas } from './svg.ts';

const WALLS = ['#efe3d0', '#dfe7e4', '#e8dcd6', '#d9e2ec', '#e6e1ee', '#f0e6c8'];
const FLOORS = ['#b98d62', '#a77b53', '#c49a6c', '#8f8f96', '#9a7250'];
const ACCENTS = ['#c9724f', '#5c8a8a', '#d9a441', '#7a6aa0', '#5b7f5a', '#b2566b'];

/** Furniture by the words of the background. */
const FURNITURE: WordTable<readonly Furniture[]> = [
  ['.*(book|library|reading)', ['shelves', 'lamp']],
  ['.*(plant|glasshouse|garden)', ['tallWindow', 'plant']],
  ['.*(kitchen|café|cafe|dining|market|workshop|pottery|bar)', ['window', 'counter']],
  ['.*(gallery|museum|painter|studio|music)', ['pictures', 'lamp']],
  ['.*(station|hall|lobby|office|loft|glass|hotel)', ['tallWindow', 'lamp']],
];
type Furniture = 'window' | 'tallWindow' | 'shelves' | 'plant' | 'lamp' | 'counter' | 'pictures';

/** SVG that fills the canvas with a room. */
export function drawIndoor(background: string, canvas: Canvas): string {
  const { width, height } = canvas;
  const horizon = height * HORIZON;
  const wall = byHash(WALLS, `${background}:wall`);
  const furniture =
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
  const drawn = furniture
    .map((piece, index) => furnish(piece, (index === 0) === flipped ? 0.8 : 0.19, canvas, accent))
    .join('');
  const floor =
    rect([0, horizon, width, height - horizon], byHash(FLOORS, `${background}:floor`)) +
    rect([0, horizon - height * 0.018, width, height * 0.018], '#fff', 0.75);
  return (
    rect([0, 0, width, height], wall) + floor + drawn + rect([0, height * 0.86, width, height * 0.14], '#000', 0.05)
  );
}

/** One piece of furniture around the center `at` (share of the width), in units of the shorter side. */
function furnish(piece: Furniture, at: number, { width, height }: Canvas, accent: string): string {
  const u = Math.min(width, height) / 100;
  const x = width * at;
  const floor = height * HORIZON;
  const box = (dx: number, dy: number, w: number, h: number): Box => [x + dx * u, floor + dy * u, w * u, h * u];
  switch (piece) {
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
        `<path d="M${point(x - 5 * u, floor - 56 * u)}h${round(10 * u)}l${point(4 * u, 12 * u)}h${round(-18 * u)}z" ` +
        'fill="#ffe3a0"/>'
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
  const turned = ` transform="rotate(${lean} ${point(x, y)})"`;
  return ellipse([x, y - 13 * u, 3.4 * u, 13 * u], lean % 4 ? '#4f8a5b' : '#66a36e', turned);
}
