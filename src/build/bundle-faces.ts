/**
 * A program of the build: makes one file of the thread that reads faces, beside it the weights of the networks and the
 * licenses of what is in it. So the package needs 14 MB for faces, and nobody who installs it the 330 MB of packages
 * that it is made from. Imported by nothing.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const SOURCE = fileURLToPath(new URL('../../src/faces/network/', import.meta.url));
const TARGET = fileURLToPath(new URL('../faces/network/', import.meta.url));
const require = createRequire(import.meta.url);

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
await build({
  entryPoints: [join(SOURCE, 'worker.ts')],
  outfile: join(TARGET, 'worker.cjs'),
  bundle: true,
  minify: true,
  // The WebAssembly's own code asks for `require` and `__dirname`.
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  external: ['sharp'],
  legalComments: 'external',
  logLevel: 'warning',
  alias: { '@tensorflow/tfjs/dist/index.js': '@tensorflow/tfjs-core' },
  // Without the whole library, calls like `tensor.mul(2)` are registered by this.
  inject: [require.resolve('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js')],
  plugins: [leftOut(/^(?:node-fetch$|@tensorflow\/tfjs-backend-webgl\/)/)],
});
writeFileSync(join(TARGET, 'LICENSES.txt'), BUNDLED.map(licenseOf).join(`\n${'-'.repeat(80)}\n\n`));

/** Puts nothing in place of packages that are not used here: nothing is fetched, and there is no graphics card. */
function leftOut(filter: RegExp): Plugin {
  const namespace = 'left-out';
  return {
    name: namespace,
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /^/, namespace }, () => ({ contents: '' }));
    },
  };
}

function copy(folder: string, name: string): void {
  copyFileSync(join(folder, name), join(TARGET, name));
}

function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

/** Name, version and the text of the license. */
function licenseOf(name: string): string {
  const folder = packageFolder(name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license: string;
  };
  return `${name} ${version} (${license})\n\n${textOf(folder, license)}`;
}

function textOf(folder: string, license: string): string {
  if (existsSync(join(folder, 'LICENSE'))) return readFileSync(join(folder, 'LICENSE'), 'utf8');
  // Without a file: TensorFlow's is the same as that of `long`; seedrandom has it at the head of its code.
  if (license === 'Apache-2.0') return readFileSync(join(packageFolder('long'), 'LICENSE'), 'utf8');
  return (
    readFileSync(join(packageFolder('seedrandom'), 'seedrandom.js'), 'utf8')
      .split('*/')[0]
      ?.replace('/*', '') ?? ''
  );
}
