/** What tests of `imggen edit` start from and look at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { imggen, newStudio } from './imggen.ts';

/** A folder with one drawn gallery picture. */
export async function drawn(): Promise<string> {
  const folder = newStudio();
  expect(await imggen(folder, ['pack', '--count', '1'])).toMatchObject({ exitCode: 0 });
  return folder;
}

/** A prompt of an edit. */
export const NIGHT = 'make it night, with street lamps';

/** The bytes of a picture. */
export const bytesOf = (folder: string, name: string) => readFileSync(join(folder, 'images', 'mira-sol', name));

interface Shown {
  filename: string;
  source: string | null;
  seed: number;
  prompt: string;
  references: { role: string; filename: string }[];
  superseded: boolean;
  sha256: string;
  jobId: string;
}

/** All pictures as `gallery --json` tells them, oldest first. */
export async function shown(folder: string): Promise<Shown[]> {
  const { stdout } = await imggen(folder, ['gallery', 'mira-sol', '--json']);
  return (JSON.parse(stdout) as { images: Shown[] }).images.toReversed();
}
