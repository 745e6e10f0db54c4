/** Where the faces are in a picture. */
import {
  SsdMobilenetv1Options,
  tf,
  TinyFaceDetectorOptions,
  type Box as ApiBox,
} from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
import type { Box } from '../embedder.ts';
import type { Nets } from './nets.ts';

/** A face that was found. */
export interface Found {
  /** In pixels of the tensor, inside of it. */
  box: Box;
  confidence: number;
}

const TINY = new TinyFaceDetectorOptions({ inputSize: 416, scoreThreshold: 0.5 });
const THOROUGH = new SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 20 });
/** Of the width and height, at each side: a face that fills the picture is found in a larger one. */
const PADDING = 0.5;

/** Finds faces, largest first: the tiny detector, else the thorough one, else that with the picture in a frame. */
export async function detect(nets: Nets, picture: tf.Tensor3D): Promise<Found[]> {
  const [height, width] = picture.shape;
  const inside = (found: readonly { box: ApiBox; score: number }[], dx = 0, dy = 0): Found[] =>
    found
      .map(({ box, score }) => ({ box: clipped(box, { dx, dy, width, height }), confidence: score }))
      .filter(({ box }) => box.width >= 1 && box.height >= 1)
      .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height);
  const quick = inside(await (await nets.tiny()).locateFaces(picture, TINY));
  if (quick.length > 0) return quick;
  const thorough = await nets.thorough();
  const careful = inside(await thorough.locateFaces(picture, THOROUGH));
  if (careful.length > 0) return careful;
  const [dx, dy] = [Math.round(width * PADDING), Math.round(height * PADDING)];
  const framed = tf.pad(picture, [
    [dy, dy],
    [dx, dx],
    [0, 0],
  ]);
  try {
    return inside(await thorough.locateFaces(framed, THOROUGH), dx, dy);
  } finally {
    framed.dispose();
  }
}

function clipped(box: Box, to: { dx: number; dy: number; width: number; height: number }): Box {
  const left = Math.max(0, Math.floor(box.x - to.dx));
  const top = Math.max(0, Math.floor(box.y - to.dy));
  const right = Math.min(to.width, Math.floor(box.x - to.dx + box.width));
  const bottom = Math.min(to.height, Math.floor(box.y - to.dy + box.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
