/** YAML 1.2: one document, no aliases, no tags of its own. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { assertDepth, type Parsed, type Position, syntaxRefusal, tooDeep } from './syntax.ts';
import type { FileNames } from './text-file.ts';

/** Parses YAML. @throws {UserError} with every place where it does not parse. */
export function parseYaml(text: string, about: FileNames): Parsed {
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    // The parser recurses: a file of brackets is no YAML that a person wrote.
    if (error instanceof RangeError) throw tooDeep(about);
    throw error;
  }
  const found = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    ...place(pos[0]),
    what: message.split('\n', 1)[0] ?? '',
  }));
  visit(document, {
    // Aliases of aliases make gigabytes of a kilobyte.
    Alias: (_, { range }) => void found.push({ ...place(range?.[0] ?? 0), what: 'aliases (*name) are not taken' }),
  });
  if (found.length > 0) throw syntaxRefusal(about, 'YAML', found);
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  assertDepth(value, about);
  return { value, locate: async () => (path) => positionOf(document, path, place) };
}

function positionOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  place: (offset: number) => Position,
): Position | undefined {
  let node: unknown = document.contents;
  let found: Position | undefined;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair || !isScalar(pair.key)) break;
      found = place(pair.key.range?.[0] ?? 0);
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(key)];
      if (!isMap(item) && !isSeq(item) && !isScalar(item)) break;
      found = place(item.range?.[0] ?? 0);
      node = item;
    } else break;
  }
  return found;
}
