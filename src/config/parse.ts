/** Parses what a user wrote as JSON, JSONC or YAML, and finds the line and column of a value in it. */
import { extname } from 'node:path';
import { UserError } from '../errors.ts';
import { errorPosition, reasonOf } from './json-error.ts';
import { assertDepth, positionAt, type Parsed } from './syntax.ts';
import type { FileNames } from './text-file.ts';

/** How a file is written. */
export type Format = 'json' | 'jsonc' | 'yaml';

/** The format that a file's name tells; undefined: none of them. */
export function formatOf(file: string): Format | undefined {
  const formats: Readonly<Record<string, Format>> = {
    '.json': 'json',
    '.jsonc': 'jsonc',
    '.yaml': 'yaml',
    '.yml': 'yaml',
  };
  return formats[extname(file).toLowerCase()];
}

/** Parses a text. @throws {UserError} with every place where it does not parse. */
export async function parseText(text: string, format: Format, about: FileNames): Promise<Parsed> {
  if (format === 'yaml') return (await import('./yaml.ts')).parseYaml(text, about);
  if (format === 'jsonc') return (await import('./jsonc.ts')).parseJsonc(text, about);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const { line, column } = positionAt(text, errorPosition(text, message));
    throw new UserError(`${about.shown} is not valid JSON: line ${line}, column ${column}: ${reasonOf(message)}.`, {
      hint: 'JSON has no comments and no comma after the last entry; a file named .jsonc or .yaml may have them.',
    });
  }
  assertDepth(value, about);
  return { value, locate: async () => (await import('./jsonc.ts')).locatorOf(text) };
}
