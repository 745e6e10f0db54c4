/**
 * The drawing style: DiceBear's avataaars (by Pablo Stanley, free for personal and commercial use), with what a
 * character needs and it has not: eyes with a color, marks on the skin, and a face that can turn in its head.
 */
import type { Avatar, Style } from '@dicebear/core';

type Attributes = Record<string, unknown>;
interface Element {
  type: string;
  name: string;
  attributes?: Attributes;
  children?: Element[];
}
interface Variants {
  [name: string]: { elements: Element[] };
}
/** The parts of a DiceBear definition that are changed here. */
interface Definition {
  canvas: { elements: Element[] };
  components: Record<string, { width: number; height: number; probability?: number; variants: Variants }>;
  colors: Record<string, { values: string[] }>;
}

/** How the groups that turn with the face are written in the drawing, until `turnFace` moves them. */
const FACE_AT_REST = 'transform="translate(0 0)"';
const FACE_PARTS = ['mouth', 'nose', 'eyes', 'eyebrows'];
const OVER_HAIR_PARTS = ['facialHair', 'accessories'];

let loading: Promise<{ Avatar: typeof Avatar; style: Style<unknown> }> | undefined;

/** Loads the library and the style, once. */
export function loadStyle(): NonNullable<typeof loading> {
  loading ??= Promise.all([
    import('@dicebear/core'),
    import('@dicebear/styles/avataaars.json', { with: { type: 'json' } }),
  ]).then(([{ Avatar, Style }, file]) => {
    const definition = structuredClone(file.default) as unknown as Definition;
    return { Avatar, style: new Style<unknown>(extended(definition)) };
  });
  return loading;
}

/** Moves the features within the head by so many units (the head is 112 wide). */
export function turnFace(svg: string, dx: number, dy: number): string {
  return svg.replaceAll(FACE_AT_REST, `transform="translate(${dx} ${dy})"`);
}

function extended(definition: Definition): Definition {
  const { canvas, components, colors } = definition;
  colors['eyes'] = { values: ['#5f3a22'] };
  Object.assign(components['eyes']?.variants ?? {}, openEyes(components['eyes']?.variants ?? {}));
  const marks = Object.entries(MARKS).map(([name, elements]): Element => {
    components[name] = { width: 112, height: 112, probability: 0, variants: { default: { elements } } };
    return { type: 'component', name, attributes: { transform: 'translate(84 80)' } };
  });
  const group = (parts: readonly string[], extra: Element[] = []): Element => ({
    type: 'element',
    name: 'g',
    attributes: { transform: 'translate(0 0)' },
    children: [...extra, ...canvas.elements.filter(({ name }) => parts.includes(name))],
  });
  const others = canvas.elements.filter(
    ({ name }) => !FACE_PARTS.includes(name) && !OVER_HAIR_PARTS.includes(name) && name !== 'top',
  );
  const top = canvas.elements.filter(({ name }) => name === 'top');
  canvas.elements = [...others, group(FACE_PARTS, marks), ...top, group(OVER_HAIR_PARTS)];
  return definition;
}

/** An element; the definition takes numbers only as text. */
function el(name: string, attributes: Attributes): Element {
  const entries = Object.entries(attributes).map(([key, value]): [string, unknown] => [
    key,
    typeof value === 'number' ? String(Math.round(value * 100) / 100) : value,
  ]);
  return { type: 'element', name, attributes: Object.fromEntries(entries) };
}

/** One open eye around `cx`: white, colored iris, pupil, glint, upper lid. `look`: how far the iris is turned aside. */
function eye(cx: number, height: number, look = 0): Element[] {
  const cy = 14;
  const irisPx = Math.min(6.4, height + 0.6);
  return [
    el('ellipse', { cx, cy, rx: 10.5, ry: height, fill: 'white' }),
    el('circle', { cx: cx + look, cy, r: irisPx, fill: { type: 'color', name: 'eyes' } }),
    el('circle', { cx: cx + look, cy, r: irisPx * 0.5, fill: 'black', 'fill-opacity': '.85' }),
    el('circle', { cx: cx + look - 2, cy: cy - 2, r: 1.5, fill: 'white', 'fill-opacity': '.9' }),
    el('path', {
      d: `M${cx - 11} ${cy}a11 ${height + 0.8} 0 0 1 22 0`,
      stroke: 'black',
      'stroke-opacity': '.65',
      'stroke-width': '2.4',
      'stroke-linecap': 'round',
      fill: 'none',
    }),
  ];
}

function openEyes(drawn: Variants): Variants {
  const wink = drawn['wink']?.elements.slice(1) ?? [];
  const both = (height: number, look = 0): { elements: Element[] } => ({
    elements: [...eye(16, height, look), ...eye(68, height, look)],
  });
  return {
    default: both(7.6),
    surprised: both(10.5),
    squint: both(5.4),
    side: both(7.4, 4),
    wink: { elements: [...eye(16, 7.6), ...wink] },
  };
}

/** Spots at these places, in the head's own units (its box is 112 by 112, eyes at 32, mouth at 75). */
function spots(places: readonly (readonly [number, number])[], r: number, fill: string, opacity: string): Element[] {
  return places.map(([cx, cy]) => el('circle', { cx, cy, r, fill, 'fill-opacity': opacity }));
}

const CHEEK: readonly (readonly [number, number])[] = [
  [18, 52],
  [24, 56],
  [30, 51],
  [34, 57],
  [22, 48],
  [28, 61],
  [38, 53],
];
const NOSE_BRIDGE: readonly (readonly [number, number])[] = [
  [51, 46],
  [61, 46],
  [56, 42],
];
const mirrored = CHEEK.map(([x, y]): readonly [number, number] => [112 - x, y]);
const line = (d: string, width: string): Element =>
  el('path', {
    d,
    stroke: '#5a2d1a',
    'stroke-opacity': '.4',
    'stroke-width': width,
    'stroke-linecap': 'round',
    fill: 'none',
  });

/** Marks on the skin, each a component of its own: a face may have several. */
const MARKS = {
  freckles: spots([...CHEEK, ...mirrored, ...NOSE_BRIDGE], 1.5, '#8a4b22', '.55'),
  mole: spots([[33, 72]], 2.2, '#3a1d10', '.8'),
  dimples: [line('M22 68q-4 5 0 10', '2.4'), line('M90 68q4 5 0 10', '2.4')],
  blush: spots(
    [
      [24, 56],
      [88, 56],
    ],
    9,
    '#ff5c5c',
    '.22',
  ),
  scar: [line('M86 44l6 16M84 50l7-3M87 56l7-3', '2')],
};

/** Names of the marks. */
export type Mark = keyof typeof MARKS;
