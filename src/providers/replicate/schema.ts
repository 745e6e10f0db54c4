/**
 * The inputs and the output of a model, read from its OpenAPI schema. Pure.
 */

/** What is known of one input. Everything undefined: only that it exists. */
export interface InputField {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  /** `uri` for files. */
  format?: string;
  /** The values it takes. */
  choices?: readonly (string | number)[];
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  /** Of an array. */
  items?: InputField;
  itemsMax?: number;
  itemsMin?: number;
  nullable?: boolean;
  /** What the service takes when it is left out. */
  default?: unknown;
  /** The model's own words. */
  description?: string;
  /** A key or password: the service does not tell it again, and it is kept nowhere. */
  secret?: true;
}

/** A model's inputs. */
export interface InputSchema {
  fields: ReadonlyMap<string, InputField>;
  required: readonly string[];
}

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A model's input. */
export type Input = Record<string, unknown>;

/** Below this many levels of lists and objects nothing is looked for: a schema may hold itself. */
export const DEPTH_MAX = 4;

/**
 * Reads `latest_version.openapi_schema`.
 * @returns undefined when there is no Input in it (then the model takes no predictions).
 */
export function inputSchema(openapi: unknown): InputSchema | undefined {
  const schemas = schemasOf(openapi);
  const input = record(schemas['Input']);
  const properties = record(input['properties']);
  if (Object.keys(properties).length === 0) return undefined;
  const fields = new Map(
    Object.entries(properties).map(([name, property]) => [name, fieldOf(record(property), schemas, 0)] as const),
  );
  const required = Array.isArray(input['required']) ? input['required'].filter((name) => typeof name === 'string') : [];
  return { fields, required };
}

/** The named schemas of an OpenAPI document. */
export function schemasOf(openapi: unknown): Json {
  return record(record(record(openapi)['components'])['schemas']);
}

/** cog writes enums as `allOf: [{$ref}]`; `anyOf` with null is how newer ones write an optional field. */
function fieldOf(property: Json, schemas: Json, depth: number): InputField {
  const parts = partsOf(property, schemas);
  const find = (key: string): unknown => parts.find((part) => part[key] !== undefined)?.[key];
  const type = parts.flatMap((part) => part['type']).find((name) => name !== undefined && name !== 'null');
  const choices = listOf(find('enum')).filter((choice) => typeof choice === 'string' || typeof choice === 'number');
  const numbers = {
    minimum: find('minimum'),
    maximum: find('maximum'),
    multipleOf: find('multipleOf'),
    itemsMax: find('maxItems'),
    itemsMin: find('minItems'),
  };
  const texts = { format: find('format'), description: property['description'] ?? find('description') };
  const items = depth < DEPTH_MAX ? find('items') : undefined;
  const secret = find('format') === 'password' || find('writeOnly') === true || find('x-cog-secret') === true;
  return {
    ...(isType(type) ? { type } : {}),
    ...(choices.length === 0 ? {} : { choices }),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => typeof value === 'number')),
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => typeof value === 'string')),
    ...(items === undefined ? {} : { items: fieldOf(record(items), schemas, depth + 1) }),
    ...(find('nullable') === true || parts.some((part) => [part['type']].flat().includes('null'))
      ? { nullable: true }
      : {}),
    ...('default' in property ? { default: property['default'] } : {}),
    ...(secret ? { secret: true as const } : {}),
  };
}

/** The schema and what it is put together from. */
function partsOf(property: Json, schemas: Json): Json[] {
  return [property, ...['allOf', 'anyOf', 'oneOf'].flatMap((key) => listOf(property[key]))].map((part) =>
    resolved(record(part), schemas),
  );
}

/** Says what is wrong with a value, or undefined. */
export function fieldProblem(name: string, field: InputField, value: unknown): string | undefined {
  if (value === null && field.nullable) return undefined;
  if (field.choices !== undefined && !field.choices.includes(value as string))
    return `${name}: must be one of ${field.choices.join(', ')}`;
  if (field.type !== undefined && !isOf(field.type, value))
    return `${name}: must be ${field.type}, is ${Array.isArray(value) ? 'array' : typeof value}`;
  if (typeof value === 'number' && value < (field.minimum ?? -Infinity))
    return `${name}: must be at least ${field.minimum}`;
  if (typeof value === 'number' && value > (field.maximum ?? Infinity))
    return `${name}: must be at most ${field.maximum}`;
  if (typeof value === 'number' && field.multipleOf !== undefined && value % field.multipleOf !== 0)
    return `${name}: must be a multiple of ${field.multipleOf}`;
  if (Array.isArray(value) && value.length > (field.itemsMax ?? Infinity))
    return `${name}: takes at most ${field.itemsMax}`;
  if (Array.isArray(value) && value.length < (field.itemsMin ?? 0)) return `${name}: takes at least ${field.itemsMin}`;
  if (field.format === 'uri' && typeof value === 'string' && !ADDRESS.test(value))
    return `${name}: must be an address (https://…)`;
  const { items } = field;
  if (!Array.isArray(value) || items === undefined) return undefined;
  return value.map((item, index) => fieldProblem(`${name}[${index}]`, items, item)).find((one) => one !== undefined);
}

/** With its scheme; it may be a picture of megabytes. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:/i;

function isOf(type: NonNullable<InputField['type']>, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  // A type is one of six words, so the comparison is exact for the rest.
  return typeof value === type && !Array.isArray(value);
}

function isType(type: unknown): type is NonNullable<InputField['type']> {
  return ['string', 'integer', 'number', 'boolean', 'array', 'object'].includes(String(type));
}

/** The schema itself, or the named one that it points to. */
export function resolved(part: Json, schemas: Json): Json {
  const name = typeof part['$ref'] === 'string' ? /^#\/components\/schemas\/(.+)$/.exec(part['$ref'])?.[1] : undefined;
  return name === undefined ? part : { ...record(schemas[name]), ...part };
}

/** The value as a list, or an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as an object, or an empty one. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
