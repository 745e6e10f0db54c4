/** Training sets, read as the trainers read them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import yauzl from 'yauzl';

/** A picture with what its trainer is told of it; undefined: nothing. */
export interface Captioned {
  name: string;
  bytes: Buffer;
  caption: string | undefined;
}

/** One folder of a kohya training set. */
export interface Subset {
  repeats: number;
  classTokens: string;
  images: Captioned[];
}

/** sd-scripts: IMAGE_EXTENSIONS of library/train_util.py. */
const KOHYA = ['.png', '.jpg', '.jpeg', '.webp', '.bmp'];
/** ai-toolkit: README, "Dataset Preparation". */
const AI_TOOLKIT = ['.jpg', '.jpeg', '.png'];

/**
 * As `generate_dreambooth_subsets_config_by_subdirs` of sd-scripts does: folders without a number before `_` are passed
 * over; of a caption file the first line counts, and an empty one is an error.
 */
export function readKohya(folder: string): Subset[] {
  return readdirSync(folder)
    .filter((name) => statSync(join(folder, name)).isDirectory())
    .flatMap((name) => {
      const [number = '', ...tokens] = name.split('_');
      const repeats = /^\d+$/.test(number) ? Number(number) : 0;
      if (repeats < 1) return [];
      return [{ repeats, classTokens: tokens.join('_'), images: captionedIn(join(folder, name), KOHYA) }];
    });
}

/** As ai-toolkit does, and fluxgym with files that are dropped on it: one folder, a caption beside each picture. */
export function readFolder(folder: string): Captioned[] {
  return captionedIn(folder, AI_TOOLKIT);
}

/**
 * As the trainers of Replicate and fal do: everything is extracted, then pictures and captions are found beside each
 * other at the top. (flux-fine-tuner: `extract_zip`, then ai-toolkit.)
 */
export async function readZip(file: string): Promise<Captioned[]> {
  const entries = await extracted(file);
  return [...entries]
    .filter(([name]) => AI_TOOLKIT.includes(extname(name)) && !name.includes('/'))
    .map(([name, bytes]) => ({ name, bytes, caption: entries.get(`${stem(name)}.txt`)?.toString('utf8') }));
}

/** The names of everything that a zip holds. */
export async function namesInZip(file: string): Promise<string[]> {
  return [...(await extracted(file)).keys()];
}

async function extracted(file: string): Promise<Map<string, Buffer>> {
  const zip = await yauzl.openPromise(file, { lazyEntries: true, validateEntrySizes: true });
  const found = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    found.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return found;
}

function captionedIn(folder: string, extensions: readonly string[]): Captioned[] {
  return readdirSync(folder)
    .filter((name) => extensions.includes(extname(name)))
    .toSorted()
    .map((name) => {
      const file = join(folder, `${stem(name)}.txt`);
      const caption = existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0]?.trim() : undefined;
      if (caption === '') throw new Error(`caption file is empty: ${file}`);
      return { name, bytes: readFileSync(join(folder, name)), caption };
    });
}

function stem(name: string): string {
  return basename(name, extname(name));
}
