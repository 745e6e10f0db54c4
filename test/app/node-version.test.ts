/** Under an old Node the native module of the ledger ends the process without a word: the library says so first. */
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { NODE_MIN } from '../../src/app/node-version.ts';
import { UserError } from '../../src/errors.ts';
import { ImgGen } from '../../src/imggen.ts';
import { newFolder, removeFolder } from '../support/jobs.ts';

/** Another version than that of this process, until the test ends. */
function runUnder(node: string): void {
  const real = process.versions;
  const put = (value: object) => Object.defineProperty(process, 'versions', { value, configurable: true });
  put({ ...real, node });
  onTestFinished(() => void put(real));
}

it.each(['20.20.2', '22.13.1'])(
  'a project is not opened under Node %s: the library says what it needs',
  async (node) => {
    runUnder(node);
    const opening = ImgGen.open({ cwd: '/', env: {}, configOptional: true });
    await expect(opening).rejects.toBeInstanceOf(UserError);
    await expect(opening).rejects.toMatchObject({
      kind: 'usage',
      message: `imggen needs Node 22.14 or newer, and this is ${node}`,
      hint: 'install a newer Node (https://nodejs.org) and try again',
    });
  },
);

it.each(['22.14.0', '24.1.0'])('it is opened under Node %s', async (node) => {
  const cwd = newFolder('node');
  onTestFinished(() => removeFolder(cwd));
  runUnder(node);
  await (await ImgGen.open({ cwd, env: {}, configOptional: true })).close();
});

it('package and launcher ask for the same version', () => {
  const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(read('package.json')).toContain(`"node": ">=${NODE_MIN.join('.')}"`);
  expect(read('bin/imggen.js')).toContain(
    `major > ${NODE_MIN[0]} || (major === ${NODE_MIN[0]} && minor >= ${NODE_MIN[1]})`,
  );
});
