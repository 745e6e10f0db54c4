/** What the style has no picture of: the body below the shoulders, in the style's own flat manner and units. Pure. */
import { byWords } from './choose.ts';
import type { Identity } from './identity.ts';

/**
 * Shoulder to elbow to hand, left and right of the viewer, in the figure's units (shoulders end at y 280, x 40 and
 * 240).
 */
type Arms = readonly [string, string];

const DOWN_LEFT = '58 282 52 345 58 398';
const DOWN_RIGHT = '222 282 228 345 222 398';
const ARMS_DOWN: Arms = [DOWN_LEFT, DOWN_RIGHT];

/** Arms by the words of the pose; the others hang. */
const ARMS: readonly (readonly [string, Arms])[] = [
  ['.*(cross|fold)(ed)?.*arms|.*arms.*(crossed|folded)', ['58 282 54 345 172 336', '222 282 226 352 108 352']],
  ['.*overhead', ['58 282 8 240 22 150', '222 282 272 240 258 150']],
  ['.*arms out|.*balancing', ['58 282 12 318 -38 300', '222 282 268 318 318 300']],
  ['.*wav(e|ing)', [DOWN_LEFT, '222 282 276 306 286 226']],
  ['.*gestur|.*open hand', [DOWN_LEFT, '222 282 246 350 292 318']],
  ['.*(hands|thumbs).*(hip|waist)', ['58 282 16 340 82 384', '222 282 264 340 198 384']],
  ['.*hand.*hip', ['58 282 16 340 82 384', DOWN_RIGHT]],
  ['.*(holding|hands clasped|hands folded|book|cup|mug|flowers)', ['58 282 56 356 126 344', '222 282 224 356 154 344']],
  ['.*(pocket|elbow)', [DOWN_LEFT, '222 282 246 340 200 388']],
  ['.*(chin|cheek|neck)', ['58 282 40 340 62 380', '222 282 236 340 160 300']],
  ['.*(walk|strid|step)', ['58 282 40 340 34 390', '222 282 236 340 206 392']],
  ['.*(rest|lean|support|desk|bench)', [DOWN_LEFT, '222 282 258 336 284 372']],
];

/** The body's drawing, to lie below the bust. Feet stand at y 628. */
export function drawBody(identity: Identity, pose: string): string {
  const [left, right] = byWords(pose, ARMS) ?? ARMS_DOWN;
  const bare = identity.clothes === 'overall';
  const sleeve = bare ? identity.skin : identity.clothesColor;
  return [
    legs(identity, byWords(pose, [['.*(walk|strid|step|apart|balancing)', 22]]) ?? 0),
    torso(identity),
    arm(left, sleeve, identity.skin),
    arm(right, sleeve, identity.skin),
  ].join('');
}

function torso({ clothes, clothesColor, skirt }: Identity): string {
  const [outer, inner] = clothes === 'overall' ? [76, 204] : [66, 214];
  const body = `<path d="M${outer} 278H${inner}L${inner - 6} 395Q140 412 ${outer + 6} 395Z" fill="${clothesColor}"/>`;
  const shirt = clothes.startsWith('blazer') ? '<path d="M114 278h52l4 122q-30 5-60 0z" fill="#e6e6e6"/>' : '';
  const cords = clothes === 'hoodie' ? '<path d="M103 279h7v18a3.5 3.5 0 0 1-7 0z" fill="#f4f4f4"/>' : '';
  const left = `M${outer} 278L${outer + 6} 395q10 4 20 6l-8-123z`;
  const right = `M${inner} 278L${inner - 6} 395q-10 4-20 6l8-123z`;
  const shade = `<path d="${left}${right}" fill="#000" fill-opacity=".07"/>`;
  const skirted = skirt ? `<path d="M80 385H200L236 500Q140 522 44 500Z" fill="${clothesColor}"/>` : '';
  return body + shirt + cords + shade + skirted;
}

function arm(points: string, sleeve: string, skin: string): string {
  const [x0, y0, x1, y1, x2, y2] = points.split(' ');
  const stroke = (path: string, color: string, width: number): string =>
    `<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linecap="round"/>`;
  const hand = `<circle cx="${x2}" cy="${y2}" r="17.5" fill="${skin}"/>`;
  const edge = `<g opacity=".12">${stroke(`M${x0} ${y0}Q${x1} ${y1} ${x2} ${y2}`, '#000', 39)}</g>`;
  return edge + hand + stroke(sleevePath(points), sleeve, 35);
}

/** The sleeve ends before the hand. */
function sleevePath(points: string): string {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.split(' ').map(Number);
  const t = 0.86;
  const mix = (a: number, b: number): number => Math.round((a + (b - a) * t) * 10) / 10;
  const [ax, ay, bx, by] = [mix(x0, x1), mix(y0, y1), mix(x1, x2), mix(y1, y2)];
  return `M${x0} ${y0}Q${ax} ${ay} ${mix(ax, bx)} ${mix(ay, by)}`;
}

function legs({ skirt, skin, trousers, shoes }: Identity, spread: number): string {
  const color = skirt ? skin : trousers;
  const leg = (x: number, foot: number): string =>
    `<path d="M${x} 392Q${x} 500 ${foot} 606" fill="none" stroke="${color}" stroke-width="${skirt ? 34 : 56}"/>` +
    `<path d="M${foot - 30} 628v-8q0-22 28-22t34 22v8z" fill="${shoes}"/>` +
    `<path d="M${foot - 30} 622h62v6h-62z" fill="#000" fill-opacity=".2"/>`;
  const ground = '<ellipse cx="140" cy="628" rx="118" ry="13" fill="#000" fill-opacity=".18"/>';
  const seam = skirt
    ? ''
    : '<path d="M140 410v60" stroke="#000" stroke-opacity=".18" stroke-width="3" stroke-linecap="round"/>';
  return `${ground}${leg(110, 106 - spread)}${leg(170, 174 + spread)}${seam}`;
}
