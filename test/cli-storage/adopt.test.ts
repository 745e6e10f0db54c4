/** A fresh machine takes over what the store holds: the face, prompts and marks come along. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { etagOf } from '../emulators/cloudinary/store.ts';
import { newCloud, withCloud } from '../support/cli/cloud.ts';
import { ask, imggen, newStudio, picturesIn, textOf } from '../support/cli/imggen.ts';

const CLOUDINARY = ['--storage', 'cloudinary'];

interface Kept {
  filename: string;
  prompt: string;
  review: string | null;
  favorite: number;
}

function keptIn(folder: string): Kept[] {
  return ask<Kept>(folder, 'SELECT filename, prompt, review, favorite FROM images ORDER BY number');
}

/** A character in the store, with marks, of which this machine knows nothing any more. */
async function forgotten() {
  const cloud = await newCloud();
  const folder = newStudio();
  await imggen(folder, ['create-character', '--training-count', '3']);
  await imggen(folder, ['mark', 'mira-sol/2', '--approve', '--favorite']);
  await imggen(folder, ['mark', 'mira-sol/3', '--reject']);
  await withCloud(cloud, folder, ['upload', 'mira-sol', ...CLOUDINARY]);
  const before = keptIn(folder);
  rmSync(join(folder, '.imggen'), { recursive: true });
  rmSync(join(folder, 'images'), { recursive: true });
  return { cloud, folder, before };
}

it('brings the files that show the face, prompts and marks', async () => {
  const { cloud, folder, before } = await forgotten();
  const adopted = await withCloud(cloud, folder, ['adopt', 'mira-sol', '--json', ...CLOUDINARY]);
  expect(JSON.parse(adopted.stdout)).toMatchObject({ adopted: 4, downloaded: 2, problems: [] });
  expect(keptIn(folder)).toEqual(before);
  expect(picturesIn(folder)).toEqual(['mira_sol_image_00001.png', 'mira_sol_image_00002.png']);
  const file = join(folder, 'images', 'mira-sol', 'mira_sol_image_00001.png');
  expect(cloud.assets().map(({ etag }) => etag)).toContain(etagOf(readFileSync(file)));
});

it('--download brings all of them, also after a first time without', async () => {
  const { cloud, folder } = await forgotten();
  await withCloud(cloud, folder, ['adopt', 'mira-sol', ...CLOUDINARY]);
  const all = await withCloud(cloud, folder, ['adopt', 'mira-sol', '--download', '--json', ...CLOUDINARY]);
  expect(JSON.parse(all.stdout)).toMatchObject({ adopted: 0, known: 4, downloaded: 2 });
  expect(picturesIn(folder)).toHaveLength(4);
  expect(ask(folder, 'SELECT 1 FROM images WHERE path IS NULL')).toEqual([]);
});

it('pictures without a file are on the HTML page by their address', async () => {
  const { cloud, folder } = await forgotten();
  await withCloud(cloud, folder, ['adopt', 'mira-sol', ...CLOUDINARY]);
  await withCloud(cloud, folder, ['gallery', 'mira-sol', '--html', ...CLOUDINARY]);
  const page = textOf(folder, 'images', 'mira-sol', 'gallery.html');
  const [row] = ask<{ url: string }>(
    folder,
    `SELECT json_extract(u.details, '$.url') url FROM uploads u JOIN images i ON i.id = u.image_id WHERE i.number = 4`,
  );
  const { origin, href } = new URL(row?.url ?? '');
  expect(page).toContain(`href="${href}"`);
  expect(page).toMatch(new RegExp(`img-src data: file: 'self' ${origin};`));
  expect(page).toContain('href="./mira_sol_image_00001.png"');
});
