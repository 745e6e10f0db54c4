/** What a user asks to see, from a config, a program, or files of its own: checked, with paths resolved. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Scene, StoryContext } from '../scene.ts';
import { formatOf, parseText } from './parse.ts';
import { firstOf, problemLines } from './problem-lines.ts';
import { type Problem, problemsOf } from './problems.ts';
import { checkReferences } from './references.ts';
import { contextSchema, editSchema, outfitSchema, scenesSchema } from './scene-schema.ts';
import { parseSize } from './size.ts';
import type { Parsed } from './syntax.ts';
import { readText, shownPath } from './text-file.ts';

/** A scene as a file or a program has it: a text, or an object. Sizes are text, paths relative. */
export type SceneInput = string | z.input<typeof scenesSchema>[number];

/** Scenes, and what is wrong with their references. */
interface Resolved {
  scenes: Scene[];
  problems: Problem[];
}

/**
 * Scenes that the schema has let pass, with sizes in pixels and absolute paths. `place`: where they stand in the file.
 */
export async function resolveScenes(
  checked: z.output<typeof scenesSchema>,
  dir: string,
  place: readonly PropertyKey[] = [],
): Promise<Resolved> {
  const scenes: Scene[] = [];
  const problems: Problem[] = [];
  for (const [index, { size, references = [], ...scene }] of checked.entries()) {
    const found = await checkReferences(references, dir, [...place, index, 'references']);
    problems.push(...found.problems);
    scenes.push({ ...scene, size: size === undefined ? undefined : parseSize(size), references: found.references });
  }
  return { scenes, problems };
}

/**
 * The scenes of a program. Paths in them are relative to `dir`.
 * @throws {UserError} with every problem at once.
 */
export async function checkedScenes(input: unknown, dir: string): Promise<Scene[]> {
  return scenesOf({ value: input, locate: async () => () => undefined }, { dir, shown: 'The scenes' });
}

/**
 * The scenes in a file: YAML, JSON or JSONC with a list of them, which may stand under `scenes`, else one a line (empty
 * lines and lines that begin with # are left out). Paths in it are relative to the file.
 * @throws {UserError} with every problem at once, each with its line and column.
 */
export async function readScenes(name: string, cwd: string): Promise<Scene[]> {
  const file = resolve(cwd, name);
  const about = { shown: shownPath(file, cwd), what: 'file of scenes' };
  const text = await textOf(file, about);
  const format = formatOf(file);
  const parsed = format === undefined ? linesOf(text) : underScenes(await parseText(text, format, about));
  return scenesOf(parsed, { dir: dirname(file), shown: about.shown });
}

/** The list itself where it stands under `scenes`, as it does in a config. */
function underScenes({ value, locate }: Parsed): Parsed {
  if (typeof value !== 'object' || value === null || !('scenes' in value) || Object.keys(value).length > 1)
    return { value, locate };
  return {
    value: value.scenes,
    locate: async () => {
      const at = await locate();
      return (path) => at(['scenes', ...path]);
    },
  };
}

/**
 * What all pictures of a job have in common: a file with `story`, `place` and `mood` (YAML, JSON or JSONC), else a text
 * that is the story. @throws {UserError}
 */
export async function readContext(name: string, cwd: string): Promise<StoryContext> {
  const file = resolve(cwd, name);
  const about = { shown: shownPath(file, cwd), what: 'file of a context' };
  const text = await textOf(file, about);
  const format = formatOf(file);
  const parsed =
    format === undefined ? { value: text, locate: async () => () => undefined } : await parseText(text, format, about);
  return contextOf(parsed, about.shown);
}

/** The context of a program: a text is the story. @throws {UserError} */
export async function checkedContext(input: unknown): Promise<StoryContext> {
  return contextOf({ value: input, locate: async () => () => undefined }, 'The context');
}

/** Clothes. @throws {UserError} */
export async function checkedOutfit(outfit: unknown): Promise<string> {
  const result = outfitSchema.safeParse(outfit);
  if (result.success) return result.data;
  const where = () => 'outfit';
  throw new UserError('these clothes can not be taken:', {
    problems: await problemLines(problemsOf(outfitSchema, result.error, outfit, { where }), undefined),
  });
}

/** What an edit is asked for with. */
type EditInput = z.infer<typeof editSchema>;

/** An edit's prompt, count and seed, checked. @throws {UserError} with every problem at once. */
export async function checkedEdit({ prompt, count, seed }: { [Key in keyof EditInput]?: unknown }): Promise<EditInput> {
  const input = Object.fromEntries(Object.entries({ prompt, count, seed }).filter(([, value]) => value !== undefined));
  const result = editSchema.safeParse(input);
  if (result.success) return result.data;
  throw new UserError('this edit can not be made:', {
    problems: await problemLines(problemsOf(editSchema, result.error, input), undefined),
    hint: 'for example the prompt "make it night, with street lamps", and 1 to 100 takes of it',
  });
}

async function contextOf({ value, locate }: Parsed, shown: string): Promise<StoryContext> {
  const input = typeof value === 'string' ? { story: value } : value;
  const result = contextSchema.safeParse(input);
  if (result.success) return result.data;
  throw await refusal(problemsOf(contextSchema, result.error, input), { shown, locate });
}

async function scenesOf({ value, locate }: Parsed, { dir, shown }: { dir: string; shown: string }): Promise<Scene[]> {
  const result = scenesSchema.safeParse(value);
  const { scenes, problems } = result.success
    ? await resolveScenes(result.data, dir)
    : { scenes: [], problems: problemsOf(scenesSchema, result.error, value) };
  if (problems.length > 0) throw await refusal(problems, { shown, locate });
  if (scenes.length > 0) return scenes;
  throw new UserError(`${shown}: there is no scene in it`, { hint: 'write one a line, or a list of them' });
}

async function refusal(problems: readonly Problem[], { shown, locate }: Pick<Parsed, 'locate'> & { shown: string }) {
  const lines = await problemLines(problems, locate);
  const count = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  return new UserError(`${shown}: ${count}:`, { problems: firstOf(lines) });
}

async function textOf(file: string, about: { shown: string; what: string }): Promise<string> {
  const text = await readText(file, about);
  if (text === undefined) throw new UserError(`there is no file ${about.shown}`, { hint: 'check the path' });
  if (text.trim() !== '') return text;
  throw new UserError(`${about.shown} is empty.`, {
    hint: 'write something into it, or name another file',
  });
}

/** `- `, `* `, `3. ` before a line: it stands in a list. */
const LIST_MARKER = /^(?:[-*•]|\d{1,4}[.)])\s+/;

/** One scene a line; without the markers of a list. */
function linesOf(text: string): Parsed {
  const lines = text.split(/\r?\n/).map((line, index) => ({
    line: line.trim().replace(LIST_MARKER, ''),
    number: index + 1,
  }));
  const scenes = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
  const locate = async () => (path: readonly PropertyKey[]) => {
    const found = scenes[Number(path[0])];
    return found && { line: found.number, column: 1 };
  };
  return { value: scenes.map(({ line }) => line), locate };
}
