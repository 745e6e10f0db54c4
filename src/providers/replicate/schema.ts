/**
 * The input fields of a model, read from the OpenAPI schema of its latest version. Pure.
 */

/** What is known of one input. Everything undefined: only that it exists. */
export interface InputField {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  /** The values it takes. */
  choices?: readonly (string | number)[];
  minimum?: number;
  maximum?: number;
  /** Of an array. */
  itemsMax?: number;
  nullable?: boolean;
}

/** A model's inputs. */
export interface InputSchema {
  fields: ReadonlyMap<string, InputField>;
  required: readonly string[];
}

/**
 * Reads `latest_version.openapi_schema`.
 * @returns undefined when there is no Input in it (then the model takes no predictions).
 */
export function inputSchema(openapi: unknown): InputSchema | undefined {
  const schemas = record(record(record(openapi)['components'])['schemas']);
  const input = record(schemas['Input']);
  const properties = record(input['properties']);
  if (Object.keys(properties).length === 0) return undefined;
  const fields = new Map(
    Object.entries(properties).map(([name, property]) => [name, fieldOf(record(property), schemas)] as const),
  );
  const required = Array.isArray(input['required']) ? input['required'].filter((name) => typeof name === 'string') : [];
  return { fields, required };
}

/** cog writes enums as `allOf: [{$ref}]`; `anyOf` with null is how newer ones write an optional field. */
function fieldOf(property: Record<string, unknown>, schemas: Record<string, unknown>): InputField {
  const parts = [property, ...['allOf', 'anyOf'].flatMap((key) => listOf(property[key]))].map((part) =>
    resolved(record(part), schemas),
  );
  const find = (key: string): unknown => parts.find((part) => part[key] !== undefined)?.[key];
  const type = parts.map((part) => part['type']).find((name) => name !== undefined && name !== 'null');
  const choices = listOf(find('enum')).filter((choice) => typeof choice === 'string' || typeof choice === 'number');
  const numbers = { minimum: find('minimum'), maximum: find('maximum'), itemsMax: find('maxItems') };
  return {
    ...(isType(type) ? { type } : {}),
    ...(choices.length === 0 ? {} : { choices }),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => typeof value === 'number')),
    ...(find('nullable') === true || parts.some((part) => part['type'] === 'null') ? { nullable: true } : {}),
  };
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
  if (Array.isArray(value) && value.length > (field.itemsMax ?? Infinity))
    return `${name}: takes at most ${field.itemsMax}`;
  return undefined;
}

function isOf(type: NonNullable<InputField['type']>, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  // A type is one of six words, so the comparison is exact for the rest.
  return typeof value === type && !Array.isArray(value);
}

function isType(type: unknown): type is NonNullable<InputField['type']> {
  return ['string', 'integer', 'number', 'boolean', 'array', 'object'].includes(String(type));
}

function resolved(part: Record<string, unknown>, schemas: Record<string, unknown>): Record<string, unknown> {
  const name = typeof part['$ref'] === 'string' ? /^#\/components\/schemas\/(.+)$/.exec(part['$ref'])?.[1] : undefined;
  return name === undefined ? part : record(schemas[name]);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
