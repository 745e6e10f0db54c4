/**
 * The floor of the local provider: the same 11 drawings by dicebear and sharp, written with writeFile, and nothing
 * else. `node test/programs/bare-local.ts FOLDER PIXELS CONCURRENCY`, after a build.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { built, CHARACTER, SEED } from '../bench/config.ts';

const [folder = '.', pixels = '1024', concurrency = '4'] = process.argv.slice(2);
const [{ planCharacter }, { drawPicture }, { loadStyle }, { loadSharp }] = await Promise.all([
  built('plan/plan'),
  built('providers/local/picture'),
  built('providers/local/style'),
  built('images/sharp'),
]);
const [sharp, { Avatar, style }] = await Promise.all([loadSharp(), loadStyle()]);
const limit = pLimit(Number(concurrency));
await Promise.all(
  planCharacter({ attributes: CHARACTER, seed: SEED }).map((shot) =>
    limit(async () => {
      const svg = drawPicture(
        { character: CHARACTER, seed: shot.seed, look: shot.look, width: Number(pixels), height: Number(pixels) },
        (options) => new Avatar(style, options).toString(),
      );
      await writeFile(
        join(folder, `${shot.name}.png`),
        await sharp(Buffer.from(svg)).removeAlpha().png({ compressionLevel: 4, adaptiveFiltering: false }).toBuffer(),
      );
    }),
  ),
);
