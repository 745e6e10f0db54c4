/** The inputs that the config gives a model (`providers.replicate.input` and `models`), held against its schema. */
import { numberFields, seedField } from './abilities.ts';
import { promptField } from './prompt-field.ts';
import { fieldProblem, type Input, type InputSchema } from './schema.ts';

/** Why the model would refuse them, or what would be lost in silence; empty: nothing is wrong with them. Pure. */
export function givenProblems(schema: InputSchema, given: Input): string[] {
  const own = [promptField(schema), seedField(schema), ...numberFields(schema).map(([name]) => name)];
  return Object.entries(given).flatMap(([name, value]) => {
    if (own.includes(name)) return [`input.${name} is set by imggen and can't be set in the config`];
    const field = schema.fields.get(name);
    return field === undefined ? [`${name}: the model has no such input`] : (fieldProblem(name, field, value) ?? []);
  });
}
