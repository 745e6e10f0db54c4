/**
 * A program of the build: makes one file of the thread that reads faces, beside it the weights of the networks and the
 * licenses of what is in it. So the package needs 14 MB for faces, and nobody who installs it the 330 MB of packages
 * that it is made from. Imported by nothing.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';
import { licensesOf, packageFolder } from './licenses.ts';

const SOURCE = fileURLToPath(new URL('../../src/faces/network/', import.meta.url));
const TARGET = fileURLToPath(new URL('../faces/network/', import.meta.url));

const FACE_API = packageFolder('@vladmandic/face-api');
const WASM = packageFolder('@tensorflow/tfjs-backend-wasm');
const NETS = ['tiny_face_detector', 'ssd_mobilenetv1', 'face_landmark_68', 'face_recognition'];
/** What is in the bundle. */
const BUNDLED = [
  '@vladmandic/face-api',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  'long',
  'seedrandom',
  'sharp-phash',
];

mkdirSync(TARGET, { recursive: true });
for (const net of NETS) {
  copy(join(FACE_API, 'model'), `${net}_model.bin`);
  copy(join(FACE_API, 'model'), `${net}_model-weights_manifest.json`);
}
copy(join(WASM, 'dist'), 'tfjs-backend-wasm-simd.wasm');
const thread = await rolldown({
  input: join(SOURCE, 'worker.ts'),
  platform: 'node',
  external: ['sharp'],
  resolve: { alias: { '@tensorflow/tfjs/dist/index.js': '@tensorflow/tfjs-core' }, mainFields: ['module', 'main'] },
  plugins: [leftOut(/^(?:node-fetch$|@tensorflow\/tfjs-backend-webgl\/)/)],
});
await thread.write({
  file: join(TARGET, 'worker.cjs'),
  // The WebAssembly's own code asks for `require` and `__dirname`.
  format: 'cjs',
  minify: true,
  comments: false,
});
writeFileSync(join(TARGET, 'LICENSES.txt'), licensesOf(BUNDLED));

/** Puts nothing in place of packages that are not used here: nothing is fetched, and there is no graphics card. */
function leftOut(filter: RegExp): Plugin {
  return {
    name: 'left-out',
    resolveId: (id) => (filter.test(id) ? `\0left-out:${id}` : null),
    load: (id) => (id.startsWith('\0left-out:') ? '' : null),
  };
}

function copy(folder: string, name: string): void {
  copyFileSync(join(folder, name), join(TARGET, name));
}
