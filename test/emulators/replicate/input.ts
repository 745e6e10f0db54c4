/** What is wrong with an input, by the schema of its model. */
import type { Model, Json } from './models.ts';

/** What is wrong with a field of the input. */
export interface InvalidField {
  type: string;
  field: string;
  description: string;
}

/** What is wrong with an input, in the words of the real validator; unknown fields only when `strict`. */
export function invalidFields(model: Model, input: Json, strict: boolean): InvalidField[] {
  const problems: InvalidField[] = [];
  for (const name of model.input.required) {
    if (input[name] === undefined)
      problems.push({ type: 'required', field: 'input', description: `${name} is required` });
  }
  for (const [name, value] of Object.entries(input)) {
    const field = `input.${name}`;
    const schema = model.input.properties[name];
    if (schema === undefined) {
      if (strict)
        problems.push({
          type: 'additional_property_not_allowed',
          field: 'input',
          description: `Additional property ${name} is not allowed`,
        });
      continue;
    }
    const problem = problemOf(schema, model.enums[name], value);
    if (problem !== undefined) problems.push({ ...problem, field });
  }
  return problems;
}

function problemOf(
  schema: Json,
  choices: { enum: unknown[] } | undefined,
  value: unknown,
): { type: string; description: string } | undefined {
  if (value === null && schema['nullable'] === true) return undefined;
  if (choices !== undefined) {
    const listed = choices.enum.map((choice) => JSON.stringify(choice)).join(', ');
    return choices.enum.includes(value)
      ? undefined
      : { type: 'enum', description: `must be one of the following: ${listed}` };
  }
  const given = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : Number.isInteger(value)
        ? 'integer'
        : typeof value;
  const wanted = String(schema['type']);
  if (given !== wanted && !(wanted === 'number' && given === 'integer'))
    return { type: 'invalid_type', description: `Invalid type. Expected: ${wanted}, given: ${given}` };
  const { minimum, maximum, maxItems } = schema as { minimum?: number; maximum?: number; maxItems?: number };
  if (minimum !== undefined && Number(value) < minimum)
    return { type: 'number_gte', description: `Must be greater than or equal to ${minimum}` };
  if (maximum !== undefined && Number(value) > maximum)
    return { type: 'number_lte', description: `Must be less than or equal to ${maximum}` };
  if (maxItems !== undefined && (value as unknown[]).length > maxItems)
    return { type: 'array_max_items', description: `Array must have at most ${maxItems} items` };
  const files = schema['format'] === 'uri' ? [value] : wanted === 'array' ? (value as unknown[]) : [];
  return files.every((file) => URL.canParse(String(file)) && /^(?:https?|data):/.test(String(file)))
    ? undefined
    : { type: 'format', description: "Does not match format 'uri'" };
}
