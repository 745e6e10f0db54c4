/** From an aspect ratio to a size in pixels that a model takes. Pure. */
import { ratioOf, sizeProblem, type SizeSupport } from '../providers/capabilities.ts';

/** How far a size may be from the ratio. */
const TOLERANCE = 0.03;
/** Where a model says nothing, sides are multiples of this: all services take them. */
const STEP_PX = 16;

interface Size {
  width: number;
  height: number;
}

/**
 * The size of this ratio (`3:4`) that has about as many pixels as `size`, and no more where the model leaves a choice:
 * begun megapixels are billed as whole ones. Undefined: the model has none.
 */
export function sizeOfRatio(sizes: SizeSupport, ratio: string, size: Size): Size | undefined {
  const wanted = ratioOf(ratio);
  const area = size.width * size.height;
  const off = ({ width, height }: Size): number => Math.abs(width / height / wanted - 1);
  const candidates = sizes.kind === 'list' ? sizes.sizes.map(sidesOf) : near(sizes, wanted, area);
  return candidates
    .filter((one) => off(one) <= TOLERANCE && sizeProblem(sizes, one.width, one.height) === undefined)
    .toSorted((a, b) => cost(a) - cost(b))[0];

  /** A tenth fewer pixels is as bad as a hundredth off the ratio. */
  function cost(one: Size): number {
    return 10 * off(one) + Math.abs(Math.log((one.width * one.height) / area));
  }
}

/** The size itself where a model makes it, else one of its shape with about as many pixels; undefined: it has none. */
export function sizeLike(sizes: SizeSupport, size: Size): Size | undefined {
  const { width, height } = size;
  return sizeProblem(sizes, width, height) === undefined ? size : sizeOfRatio(sizes, `${width}:${height}`, size);
}

/** Sizes around the ideal one, none with more pixels. */
function near(sizes: Exclude<SizeSupport, { kind: 'list' }>, ratio: number, area: number): Size[] {
  const step = sizes.kind === 'free' ? Math.max(sizes.multipleOf, STEP_PX) : STEP_PX;
  const most = Math.sqrt(area * ratio);
  const found: Size[] = [];
  for (let width = Math.ceil((most * 0.8) / step) * step; width <= most + step; width += step) {
    const height = Math.round(width / ratio / step) * step;
    if (height > 0 && width * height <= area) found.push({ width, height });
  }
  return found;
}

function sidesOf(text: string): Size {
  const [width = 0, height = 0] = text.split('x').map(Number);
  return { width, height };
}
