/** The environment: the real one, and `.env` in the current folder below it. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { UserError } from '../errors.ts';
import type { Environment } from './overrides.ts';

const sizeMaxBytes = 1_048_576;

/**
 * Reads `<cwd>/.env`, where there is one, and lays `processEnv` over it: a variable that is set for real wins.
 * @throws {UserError} when `.env` is there and can't be read.
 */
export function readEnvironment(cwd: string, processEnv: Environment): Environment {
  const real = Object.entries(processEnv).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...Object.entries(readDotEnv(path.join(cwd, '.env'))), ...real]);
}

function readDotEnv(file: string): Environment {
  let text: string;
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    // A folder of that name (a Python virtual environment) is none of ours, and reading a pipe could wait for ever.
    if (!stats?.isFile()) return {};
    if (stats.size > sizeMaxBytes) throw new UserError('.env is larger than 1 MiB: that is no list of variables.');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UserError(`.env cannot be read (${code}).`, { hint: 'Make it readable, or move it away.', cause: error });
  }
  if (text.includes('\0')) throw new UserError('.env is not a text file: it holds NUL bytes.');
  return parseEnv(text.replace(/^\ufeff/, ''));
}
