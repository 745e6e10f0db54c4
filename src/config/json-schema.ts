/** The JSON Schema of a config file, so that an editor completes and checks it. */
import { z } from 'zod';
import type { Registries } from './config.ts';
import { referenceSchema } from '../given-reference.ts';
import { fileSchema } from './schema.ts';

/** A JSON Schema (draft 2020-12) or a part of one. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The properties of a JSON Schema. */
type Properties = NonNullable<JsonSchema['properties']>;

/** The schema with the options of every provider and store in it. Loads all of them. */
export async function configJsonSchema(registries: Registries): Promise<JsonSchema> {
  const schema = jsonSchemaOf(fileSchema);
  const providerNames = Object.keys(registries.providers);
  const properties: Record<string, unknown> = { ...schema.properties };
  properties['provider'] = { ...asObject(properties['provider']), enum: [...providerNames, 'auto'] };
  const fallback = asObject(properties['fallback']);
  properties['fallback'] = { ...fallback, items: { ...asObject(fallback['items']), enum: providerNames } };
  const scenes = asObject(properties['scenes']);
  const text = { type: 'string', minLength: 1, maxLength: 1_000, description: 'Place and action.' };
  properties['scenes'] = { ...scenes, items: { anyOf: [text, scenes['items']] } };
  properties['providers'] = await providersSchema(registries, asObject(properties['providers']));
  properties['storage'] = await storageSchema(registries, asObject(properties['storage']));
  return {
    ...schema,
    title: 'imggen config',
    description:
      'One character, the service that draws it, and the limits on spending. Keys come from the environment only.',
    properties: properties as Properties,
  };
}

async function providersSchema(
  { providers }: Registries,
  base: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const sections = Object.entries(providers).map(async ([name, { load }]) => {
    const options = withoutDialect(jsonSchemaOf((await load()).default.optionsSchema));
    return [name, { description: `Options of the provider ${name}.`, ...options }] as const;
  });
  const { description, default: fallback } = base;
  return {
    description,
    default: fallback,
    type: 'object',
    properties: Object.fromEntries(await Promise.all(sections)),
    additionalProperties: false,
  };
}

/** One alternative a store, told apart by `provider`. */
async function storageSchema({ stores }: Registries, base: Record<string, unknown>): Promise<Record<string, unknown>> {
  const alternatives = Object.entries(stores).map(async ([name, { load }]) => {
    const options = withoutDialect(jsonSchemaOf((await load()).default.optionsSchema));
    const provider = { const: name, description: `The store ${name}, with its options beside.` };
    return {
      ...options,
      properties: { provider, ...options.properties },
      required: ['provider', ...(options.required ?? [])],
    };
  });
  return { description: base['description'], default: base['default'], oneOf: await Promise.all(alternatives) };
}

/** What may be written in a file: the input of the zod schema, whatever its transforms make of it. */
function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== referenceSchema) return;
      const object = { ...jsonSchema };
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      jsonSchema.anyOf = [{ type: 'string', minLength: 1, description: 'A picture of the face.' }, object];
    },
  });
}

/** `$schema` may stand at the top only. */
function withoutDialect(schema: JsonSchema): JsonSchema {
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
