/** JSON with comments and commas after the last entry. */
import {
  createScanner,
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { assertDepth, type Parsed, type Position, positionAt, syntaxRefusal, tooDeep } from './syntax.ts';
import type { FileNames } from './text-file.ts';

/** Brackets that a text may open at once before it is parsed at all: the parser recurses. */
const bracketsMax = 1_000;

/** jsonc-parser's kinds of tokens that open and close. */
const OPENING: ReadonlySet<number> = new Set([1, 3]);
const CLOSING: ReadonlySet<number> = new Set([2, 4]);
const END = 17;

/** Parses JSONC. @throws {UserError} with every place where it does not parse. */
export function parseJsonc(text: string, about: FileNames): Parsed {
  if (bracketsOf(text) > bracketsMax) throw tooDeep(about);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || !tree) {
    const found = errors.map(({ error, offset }) => ({
      ...positionAt(text, offset),
      what: sentence(printParseErrorCode(error)),
    }));
    throw syntaxRefusal(about, 'JSON with comments', found);
  }
  const value = valueOf(tree);
  assertDepth(value, about);
  return { value, locate: async () => locatorOf(text) };
}

/** Tells where the keys of a JSON or JSONC text are. */
export function locatorOf(text: string): (path: readonly PropertyKey[]) => Position | undefined {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  if (!tree) return () => undefined;
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const keys = path.slice(0, length).map((key) => (typeof key === 'number' ? key : String(key)));
      const node = findNodeAtLocation(tree, keys);
      if (node) return positionAt(text, (node.parent?.type === 'property' ? node.parent : node).offset);
    }
    return undefined;
  };
}

/** Not the parser's own `getNodeValue`: a key `__proto__` must stay a key. */
function valueOf(node: Node): unknown {
  const { children = [] } = node;
  if (node.type === 'array') return children.map(valueOf);
  if (node.type !== 'object') return node.value as unknown;
  return Object.fromEntries(
    children.flatMap(({ children: [key, value] = [] }) => (key && value ? [[String(key.value), valueOf(value)]] : [])),
  );
}

function bracketsOf(text: string): number {
  const scanner = createScanner(text, true);
  let open = 0;
  let most = 0;
  for (let token: number = scanner.scan(); token !== END; token = scanner.scan()) {
    if (OPENING.has(token)) most = Math.max(most, (open += 1));
    if (CLOSING.has(token)) open -= 1;
  }
  return most;
}

/** `CommaExpected` → `comma expected`. */
function sentence(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
