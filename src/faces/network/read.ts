/** Reads the faces of one picture: decode, find, align, describe. */
import { extractFaceTensors, Rect, tf, type FaceLandmarks68 } from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';
import { decodePixels, type DecodedPicture } from '../../images/pixels.ts';
import { isDrawn } from '../drawn.ts';
import type { Face, PictureFaces } from '../embedder.ts';
import { poseOf } from '../pose.ts';
import { perceptualHash } from './perceptual-hash.ts';
import { detect, type Found } from './detect.ts';
import type { Nets } from './nets.ts';

/** Longest side of what the networks see, in pixels. */
const SEEN_PX = 640;
/** Faces of one picture that are described: who else is in it is counted only. */
const DESCRIBED_MAX = 3;

/** Reads the faces of a picture file. @throws {Error} when it can't be decoded. */
export async function readFaces(nets: Nets, path: string): Promise<PictureFaces> {
  const picture = await decodePixels(path, SEEN_PX);
  const { data, width, height } = picture;
  const tensor = tf.tensor3d(data, [height, width, 3], 'int32');
  try {
    const found = await detect(nets, tensor);
    const faces: Face[] = [];
    for (const one of found.slice(0, DESCRIBED_MAX)) faces.push(await described(nets, { tensor, picture }, one));
    const { originalWidth, originalHeight } = picture;
    const hash = await perceptualHash(picture);
    return { faces, facesFound: found.length, hash, width: originalWidth, height: originalHeight };
  } finally {
    tensor.dispose();
  }
}

async function described(
  nets: Nets,
  { tensor, picture }: { tensor: tf.Tensor3D; picture: DecodedPicture },
  { box, confidence }: Found,
): Promise<Face> {
  const cut = (one: Rect, use: (face: tf.Tensor3D) => Promise<unknown>) => withCut(tensor, one, use);
  const landmarks = (
    (await cut(new Rect(box.x, box.y, box.width, box.height), async (face) =>
      (await nets.landmarks()).detectLandmarks(face),
    )) as FaceLandmarks68
  ).shiftBy<FaceLandmarks68>(box.x, box.y);
  // As dlib cuts faces: its network was trained on such. The other alignment costs 7 points of likeness.
  const aligned = landmarks.align(null, { useDlibAlignment: true });
  const descriptor = (await cut(aligned, async (face) =>
    (await nets.recognition()).computeFaceDescriptor(face),
  )) as Float32Array;
  const scale = picture.originalWidth / picture.width;
  return {
    box: { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale },
    seenPx: box.height,
    confidence,
    descriptor: [...descriptor],
    pose: poseOf(landmarks.positions),
    isDrawn: isDrawn(picture, box),
  };
}

async function withCut(
  picture: tf.Tensor3D,
  box: Rect,
  use: (face: tf.Tensor3D) => Promise<unknown>,
): Promise<unknown> {
  const faces = await extractFaceTensors(picture, [box]);
  const [face] = faces;
  try {
    if (!face) throw new Error('the face is outside of the picture');
    return await use(face);
  } finally {
    for (const one of faces) one.dispose();
  }
}
