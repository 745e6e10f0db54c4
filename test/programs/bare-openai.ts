/**
 * What somebody would write in five minutes on the official package: the floor that imggen's overhead is measured
 * against. `node test/programs/bare-openai.ts FOLDER COUNT CONCURRENCY`; key and address as the package takes them.
 * Reads nothing of ours.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import pLimit from 'p-limit';

const [folder = '.', count = '1', concurrency = '1'] = process.argv.slice(2);
const client = new OpenAI();
const limit = pLimit(Number(concurrency));
await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    limit(async () => {
      const answer = await client.images.generate({
        model: 'gpt-image-2',
        prompt: `A portrait, number ${index}`,
        size: '1024x1024',
        quality: 'low',
      });
      await writeFile(join(folder, `${index}.png`), Buffer.from(answer.data?.[0]?.b64_json ?? '', 'base64'));
    }),
  ),
);
