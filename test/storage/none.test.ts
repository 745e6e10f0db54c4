import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import none from '../../src/storage/none.ts';
import { calm, conforms, openStudio } from './conformance.ts';

const settings = { options: {}, keyVariables: [], env: {}, fetch, now: Date.now };

conforms({
  name: 'none',
  keeps: false,
  open: async () => ({ storage: await none.create(settings), close: () => Promise.resolve() }),
});

it("gives the file's own address, also with odd characters in its path", async () => {
  const studio = openStudio();
  const picture = studio.picture('a b #1?');
  const storage = await none.create(settings);
  const address = await storage.urlOf(await storage.put(picture, calm), 'picture', calm);
  expect(fileURLToPath(address?.url ?? '')).toBe(picture.path);
  expect(existsSync(new URL(address?.url ?? ''))).toBe(true);
  studio.close();
});

it('takes no options', () => {
  expect(none.optionsSchema.safeParse({}).success).toBe(true);
  expect(none.optionsSchema.safeParse({ folder: 'x' }).success).toBe(false);
});
