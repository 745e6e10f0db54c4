/** Recorded schemas of Replicate's models: what each takes and answers with. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { type InputSchema, inputSchema } from '../../src/providers/replicate/schema.ts';

const FOLDER = new URL('../recordings/replicate-schemas/', import.meta.url);

/** A model as it was recorded. */
export interface RecordedModel {
  model: string;
  /** Where the schema is from. */
  source: string;
  /** The output of the example on its page. */
  example?: unknown;
  openapi: { components: { schemas: Record<string, Record<string, unknown>> } };
  schema: InputSchema;
}

/** All of them, by name. */
export function recordedModels(): RecordedModel[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => {
      const { schemas, ...rest } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Pick<
        RecordedModel,
        'model' | 'source' | 'example'
      > & { schemas: Record<string, Record<string, unknown>> };
      const openapi = { components: { schemas } };
      const schema = inputSchema(openapi);
      if (schema === undefined) throw new Error(`${file} has no Input`);
      return { ...rest, openapi, schema };
    });
}

/** The one of this name. */
export function recordedModel(model: string): RecordedModel {
  const found = recordedModels().find((one) => one.model === model);
  if (found === undefined) throw new Error(`${model} was not recorded`);
  return found;
}

const validators = new Map<string, ValidateFunction>();

/** What a JSON Schema validator says against an input; empty: it is valid, and names no field that is not there. */
export function invalidities({ model, openapi }: RecordedModel, input: object): string[] {
  const check = validators.get(model) ?? validatorOf(openapi);
  validators.set(model, check);
  check(input);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function validatorOf({ components }: RecordedModel['openapi']): ValidateFunction {
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, validateFormats: false });
  return ajv.compile({ ...components.schemas['Input'], additionalProperties: false, components });
}
