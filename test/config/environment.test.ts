import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';
import { UserError } from '../../src/errors.ts';
import { folderWith } from '../support/config-folder.ts';

async function withDotEnv(content: string | Buffer): Promise<string> {
  const cwd = await folderWith();
  await writeFile(path.join(cwd, '.env'), content);
  return cwd;
}

describe('the environment', () => {
  test('without .env is the real one, without what is not set', async () => {
    expect(readEnvironment(await folderWith(), { A: '1', B: undefined })).toEqual({ A: '1' });
  });

  test('has the variables of .env, the real ones above them', async () => {
    const cwd = await withDotEnv('# keys\nA=file\nB="two words" # why\nexport C=3\n\nD=\n');
    expect(readEnvironment(cwd, { A: 'real' })).toEqual({ A: 'real', B: 'two words', C: '3', D: '' });
  });

  test('a variable that is set to nothing for real stays nothing', async () => {
    expect(readEnvironment(await withDotEnv('A=file'), { A: '' })).toEqual({ A: '' });
  });

  test('a byte order mark belongs to no name', async () => {
    expect(readEnvironment(await withDotEnv('\ufeffA=1\r\nB=2\r\n'), {})).toEqual({ A: '1', B: '2' });
  });

  test('a folder or a pipe of that name is left alone', async () => {
    const folder = await folderWith();
    await mkdir(path.join(folder, '.env'));
    expect(readEnvironment(folder, {})).toEqual({});
    const pipe = await folderWith();
    execFileSync('mkfifo', [path.join(pipe, '.env')]);
    expect(readEnvironment(pipe, {})).toEqual({});
  });

  test.each([
    ['holds NUL', Buffer.from('A=\u0000'), '.env is not a text file: it holds NUL bytes.'],
    ['is larger than 1 MiB', 'A'.repeat(1_048_577), '.env is larger than 1 MiB: that is no list of variables.'],
  ])('a .env that %s is refused', async (_, content, message) => {
    const cwd = await withDotEnv(content);
    expect(() => readEnvironment(cwd, {})).toThrow(UserError);
    expect(() => readEnvironment(cwd, {})).toThrow(message);
  });

  test('never reaches the environment of the process', async () => {
    readEnvironment(await withDotEnv('IMGGEN_TEST_LEAK=1'), {});
    expect(process.env).not.toHaveProperty('IMGGEN_TEST_LEAK');
  });

  test('a name like __proto__ is a variable like any other', async () => {
    const env = readEnvironment(await withDotEnv('__proto__=x\nA=1'), {});
    expect(env['A']).toBe('1');
    expect(Object.getPrototypeOf({})).not.toBe('x');
  });
});
