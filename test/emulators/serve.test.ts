import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { readJournal } from './books.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts the program and gives what it printed first. */
async function serve(...args: string[]): Promise<{ child: ChildProcess; printed: string }> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', fileURLToPath(new URL('serve.ts', import.meta.url)), ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.push(child);
  const printed = await new Promise<string>((resolve) => {
    child.stdout?.once('data', (text) => resolve(String(text)));
    child.stderr?.once('data', (text) => resolve(String(text)));
  });
  return { child, printed };
}
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)));

describe('an emulator run by hand', () => {
  it('prints the environment to use, serves, keeps its journal and ends on Ctrl-C', async () => {
    const journal = join(temporaryFolder('imggen-serve-'), 'journal');
    const { child, printed } = await serve('replicate', '--latency', '0', '--journal', journal);
    const url = /export REPLICATE_BASE_URL='(.*?)'/.exec(printed)?.[1];
    const response = await fetch(`${url}/models/black-forest-labs/flux-dev/predictions`, {
      method: 'POST',
      headers: { authorization: 'Bearer emulated', 'content-type': 'application/json' },
      body: JSON.stringify({ input: { prompt: 'a' } }),
    });
    expect(response.status).toBe(201);
    expect(readJournal(journal)).toHaveLength(1);
    const end = ended(child);
    child.kill('SIGINT');
    expect(await end).toBe(0);
  });

  it.each([
    ['openai', 'OPENAI_BASE_URL'],
    ['cloudinary', 'CLOUDINARY_URL'],
  ])('knows %s', async (name, variable) => {
    expect((await serve(name)).printed).toContain(`export ${variable}='`);
  });

  it('says which services there are', async () => {
    const { child, printed } = await serve('nobody');
    expect(printed).toMatch(/replicate\|openai\|[\w|]+\|cloudinary/);
    expect(await ended(child)).toBe(2);
  });
});
