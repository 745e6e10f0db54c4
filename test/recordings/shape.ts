/** Compares the form of two answers: their keys and the types of their values, not the values. */

/** What is known besides the two answers. */
export interface Comparison {
  /** More real answers of this kind: a key or type that any of them has is one that the service sends. */
  alsoSeen?: readonly unknown[];
  /** Keys of the real answer that the emulator does not claim to send, as `usage.total` or `data[].url`. */
  omits?: readonly string[];
  /** Objects whose keys are data and not form (a model's inputs): only that they are objects is compared. */
  opaque?: readonly string[];
}

type Fields = Record<string, unknown>;

/** The values at one place: of the emulator, of this real answer, and of all real answers. */
interface Place<Value> {
  path: string;
  emulated: readonly Value[];
  real: readonly Value[];
  seen: readonly Value[];
}

/**
 * Says in a sentence each how an emulated answer differs from a real one: a key that the service never sends, a key
 * that it sends and the emulator does not, a value of a type that the service does not use there. A key that is omitted
 * without need is a difference, too.
 */
export function differences(emulated: unknown, real: unknown, how: Comparison = {}): string[] {
  const unused = new Set(how.omits);
  const found = compare(
    { path: '', emulated: [emulated], real: [real], seen: [real, ...(how.alsoSeen ?? [])] },
    { opaque: how.opaque ?? [], isOmitted: (path) => unused.delete(path) || (how.omits?.includes(path) ?? false) },
  );
  return [...found, ...[...unused].map((path) => `${path}: named as omitted, and is not missing`)];
}

interface Rules {
  opaque: readonly string[];
  isOmitted: (path: string) => boolean;
}

function compare(place: Place<unknown>, rules: Rules): string[] {
  const { path, emulated, real, seen } = place;
  if (seen.length === 0) return [];
  const known = new Set(seen.map(typeOf));
  const strange = [...new Set(emulated.map(typeOf))].filter((type) => !known.has(type));
  const found = strange.map((type) => `${path || 'body'}: emulated as ${type}, really ${[...known].join(' or ')}`);
  if (rules.opaque.includes(path)) return found;
  const objects = { emulated: emulated.filter(isFields), real: real.filter(isFields), seen: seen.filter(isFields) };
  const items = { emulated: itemsOf(emulated), real: itemsOf(real), seen: itemsOf(seen) };
  return [
    ...found,
    ...compareFields({ path, ...objects }, rules),
    ...(items.emulated.length > 0 ? compare({ path: `${path}[]`, ...items }, rules) : []),
  ];
}

function compareFields(place: Place<Fields>, rules: Rules): string[] {
  const { emulated, real, seen } = place;
  if (emulated.length === 0 || seen.length === 0) return [];
  const at = (key: string): string => (place.path === '' ? key : `${place.path}.${key}`);
  const sent = keysOf(emulated);
  const always = keysOf(real).filter((key) => real.every((fields) => key in fields));
  const missing = always
    .filter((key) => !emulated.every((fields) => key in fields) && !rules.isOmitted(at(key)))
    .map((key) => `${at(key)}: the service sends it, the emulator does not`);
  const extra = sent
    .filter((key) => !seen.some((fields) => key in fields))
    .map((key) => `${at(key)}: the emulator sends it, the service never does`);
  const deeper = sent
    .filter((key) => seen.some((fields) => key in fields))
    .flatMap((key) =>
      compare(
        { path: at(key), emulated: valuesOf(emulated, key), real: valuesOf(real, key), seen: valuesOf(seen, key) },
        rules,
      ),
    );
  return [...missing, ...extra, ...deeper];
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function isFields(value: unknown): value is Fields {
  return typeOf(value) === 'object';
}

function itemsOf(values: readonly unknown[]): unknown[] {
  return values.filter((value) => Array.isArray(value)).flat();
}

function keysOf(all: readonly Fields[]): string[] {
  return [...new Set(all.flatMap((fields) => Object.keys(fields)))];
}

function valuesOf(all: readonly Fields[], key: string): unknown[] {
  return all.filter((fields) => key in fields).map((fields) => fields[key]);
}
