/** Turns what zod found into sentences: where, what was expected, what was found, and what may have been meant. */
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { printable } from '../sanitize.ts';

/** One thing that is wrong. */
export interface Problem {
  /** Path in the file (`character.ageRange[1]`), variable or flag. */
  where: string;
  /** What was expected, and what is there. */
  what: string;
  /** The same place as keys, for a problem of a file. */
  path?: readonly PropertyKey[] | undefined;
}

/** How `problemsOf` tells where a value is from, and what it should know besides the schema. */
export interface ProblemContext {
  /** Keys in front of every path, for a schema that covers a part of the file. */
  prefix?: readonly PropertyKey[];
  /** Tells the place of a path; default: `pathText`. */
  where?: (path: readonly PropertyKey[]) => string;
  /** Variables that hold the key which this part of the file must not. */
  keyVariables?: readonly string[];
}

const secretKey = /key$|key_?id$|token$|secret|passw|credential/i;
/** Longer names are no typing mistakes; also bounds the work on hostile input. */
const nameLengthMax = 60;

/** All that zod found in `input`, the first problem of each place. */
export function problemsOf(
  schema: z.ZodType,
  error: z.ZodError,
  input: unknown,
  context: ProblemContext = {},
): Problem[] {
  const tell = context.where ?? pathText;
  const found = new Map<string, Problem>();
  for (const issue of error.issues) {
    const additions: [readonly PropertyKey[], string][] =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => [[...issue.path, key], unknownKey(key, schema, issue.path, context)])
        : [[issue.path, unfit(issue, valueAt(input, issue.path))]];
    for (const [inner, what] of additions) {
      const path = [...(context.prefix ?? []), ...inner];
      const where = tell(path);
      if (!found.has(where)) found.set(where, context.where ? { where, what } : { where, what, path });
    }
  }
  return [...found.values()];
}

/** `["character", "ageRange", 1]` → `character.ageRange[1]`. Safe to show. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    const name = String(key);
    return /^[\w$-]{1,60}$/.test(name) ? `.${name}` : `[${quoted(name)}]`;
  });
  return text.join('').replace(/^\./, '') || 'the file';
}

/** `; did you mean openai?` for a near miss, else nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  if (candidates.length === 0 || name.length > nameLengthMax) return '';
  const near = closest(
    name.toLowerCase(),
    candidates.map((candidate) => candidate.toLowerCase()),
  );
  // Two edits are one swap of neighbors; in a word of three letters they are another word.
  const allowed = Math.max(near.length > 3 ? 2 : 1, Math.floor(Math.max(name.length, near.length) / 3));
  if (distance(name.toLowerCase(), near) > allowed) return '';
  return `; did you mean ${candidates.find((candidate) => candidate.toLowerCase() === near)}?`;
}

/** A value as a message shows it: short, and unable to drive a terminal. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return value.length > nameLengthMax ? `${quoted(value)} (${value.length} characters)` : quoted(value);
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function quoted(text: string): string {
  return JSON.stringify(printable(text, nameLengthMax));
}

function unknownKey(key: string, schema: z.ZodType, path: readonly PropertyKey[], context: ProblemContext): string {
  if (secretKey.test(key)) {
    const variables = context.keyVariables?.length ? ` (${context.keyVariables.join(' or ')})` : '';
    return (
      `keys come from the environment only${variables}, never from the config; take it out, and replace the key if ` +
      'others could read it'
    );
  }
  const known = keysAt(schema, path);
  const near = didYouMean(key, known);
  if (near !== '') return `unknown key${near}`;
  const home = homeOf(key, schema);
  if (home !== undefined) return `unknown key; did you mean ${home}?`;
  return known.length > 0 ? `unknown key; known here: ${known.join(', ')}` : 'unknown key';
}

function unfit(issue: z.core.$ZodIssue, value: unknown): string {
  // What is wrong is the key, not what stands under it.
  if (issue.code === 'invalid_key') return issue.issues.map(expectation).join(', ');
  const found = value === undefined ? ', but it is missing' : `, got ${shown(value)}`;
  const near =
    issue.code === 'invalid_value' && typeof value === 'string' ? didYouMean(value, issue.values.map(String)) : '';
  return `${expectation(issue)}${found}${near}`;
}

/** The schema's own sentence, or zod's without its ceremony. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') {
    const ways = new Set(issue.errors.flatMap((branch) => branch.slice(0, 1).map(expectation)));
    if (ways.size > 0) return [...ways].join(', or ');
  }
  return issue.message
    .replace(/^(?:Invalid input|Invalid option|Invalid string|Too big|Too small): /, '')
    .replace(/, received .*$/s, '');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    // A text that stands for an object (a scene): the key under it is the text.
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** The keys that an object at this path may have. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = schema;
  for (const key of path) {
    const inner = unwrapped(here);
    if (inner instanceof z.ZodObject) here = inner.shape[String(key)];
    else if (inner instanceof z.ZodArray) here = inner.element;
    else if (inner instanceof z.ZodRecord) here = inner.valueType;
    else return [];
  }
  const object = unwrapped(here);
  return object instanceof z.ZodObject ? Object.keys(object.shape).filter((key) => key !== '$schema') : [];
}

/** Where a key belongs that stands in the wrong object: `seed` → `character.seed`. */
function homeOf(key: string, schema: z.ZodType): string | undefined {
  if (keysAt(schema, []).includes(key)) return `${key} at the top level`;
  const parent = keysAt(schema, []).find((candidate) => keysAt(schema, [candidate]).includes(key));
  return parent === undefined ? undefined : `${parent}.${key}`;
}

function unwrapped(schema: unknown): unknown {
  let here = schema;
  while (
    here instanceof z.ZodOptional ||
    here instanceof z.ZodDefault ||
    here instanceof z.ZodNullable ||
    here instanceof z.ZodReadonly ||
    here instanceof z.ZodPipe
  ) {
    here = here instanceof z.ZodPipe ? checkedSide(here) : here.unwrap();
  }
  return here;
}

/** What a pipe checks: its way in, or behind a preprocessing step its way out. */
function checkedSide(pipe: z.ZodPipe): unknown {
  return pipe.in instanceof z.ZodTransform ? pipe.out : pipe.in;
}
