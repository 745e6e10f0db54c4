/** The four networks of face-api, from files, on WebAssembly. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env, ready, setBackend } from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- it registers calls like `tensor.mul(2)`
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import {
  FaceLandmark68Net,
  FaceRecognitionNet,
  SsdMobilenetv1,
  tf,
  TinyFaceDetector,
} from '@vladmandic/face-api/dist/face-api.esm-nobundle.js';

/** The networks, each loaded when it is first asked for. */
export interface Nets {
  tiny: () => Promise<TinyFaceDetector>;
  /** Finds what the tiny one misses, and takes five times as long. */
  thorough: () => Promise<SsdMobilenetv1>;
  landmarks: () => Promise<FaceLandmark68Net>;
  recognition: () => Promise<FaceRecognitionNet>;
}

/** A network as far as loading goes. */
interface Loadable {
  loadFromWeightMap: (weights: ReturnType<typeof tf.io.decodeWeights>) => unknown;
}

/**
 * Starts WebAssembly; the plain CPU backend would take 40 s a picture. One thread: as many as there are cores would
 * leave none for the program itself. @param folder of the weights.
 */
export async function startNets(folder: string): Promise<Nets> {
  // A text that ends with a slash: an object is taken for a map of files.
  setWasmPaths(`${folder}/`);
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await setBackend('wasm'))) throw new Error('WebAssembly does not start here');
  await ready();
  return {
    tiny: once(() => loaded(new TinyFaceDetector(), folder, 'tiny_face_detector_model')),
    thorough: once(() => loaded(new SsdMobilenetv1(), folder, 'ssd_mobilenetv1_model')),
    landmarks: once(() => loaded(new FaceLandmark68Net(), folder, 'face_landmark_68_model')),
    recognition: once(() => loaded(new FaceRecognitionNet(), folder, 'face_recognition_model')),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function loaded<Net extends Loadable>(net: Net, folder: string, name: string): Promise<Net> {
  const manifest = JSON.parse(await readFile(join(folder, `${name}-weights_manifest.json`), 'utf8')) as {
    weights: Parameters<typeof tf.io.decodeWeights>[1];
  }[];
  const { buffer, byteOffset, byteLength } = await readFile(join(folder, `${name}.bin`));
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  net.loadFromWeightMap(
    tf.io.decodeWeights(
      bytes,
      manifest.flatMap(({ weights }) => weights),
    ),
  );
  return net;
}
