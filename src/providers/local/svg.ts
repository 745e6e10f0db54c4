/** The parts that backdrops are drawn with. Pure. */

/** The canvas in pixels. */
export interface Canvas {
  width: number;
  height: number;
}

/** Left, top, width, height; of an ellipse its center and its radii. */
export type Box = readonly [number, number, number, number];

/** The horizon, as a share of the height: where floor or ground begins. */
export const HORIZON = 0.7;

/** A filled rectangle. */
export function rect([x, y, width, height]: Box, fill: string, opacity?: number): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<rect ${place} fill="${fill}"${opacityOf(opacity)}/>`;
}

/** A filled ellipse: center and radii. `more`: further attributes, each after a space. */
export function ellipse([cx, cy, rx, ry]: Box, fill: string, more = ''): string {
  const place = `cx="${round(cx)}" cy="${round(cy)}" rx="${round(rx)}" ry="${round(ry)}"`;
  return `<ellipse ${place} fill="${fill}"${more}/>`;
}

/** A filled circle. */
export function circle([cx, cy, r]: readonly [number, number, number], fill: string, opacity?: string): string {
  return `<circle cx="${round(cx)}" cy="${round(cy)}" r="${round(r)}" fill="${fill}"${opacityOf(opacity)}/>`;
}

/** A point of a path. */
export function point(x: number, y: number): string {
  return `${round(x)} ${round(y)}`;
}

function opacityOf(opacity: number | string | undefined): string {
  return opacity === undefined ? '' : ` fill-opacity="${opacity}"`;
}

/** Two decimals are finer than a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
