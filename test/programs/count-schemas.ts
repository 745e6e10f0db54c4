/**
 * Counts what becomes of a reference picture at each model of Replicate's own list: `node count-schemas.ts FILE`, with
 * the `models.json` of the package `all-the-public-replicate-models`. The figures are in docs/models.md.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { abilitiesOf, chosen } from '../../src/providers/replicate/abilities.ts';
import { buildInput } from '../../src/providers/replicate/input.ts';
import { outputProblem } from '../../src/providers/replicate/output.ts';
import { guidePictures, pictureInput } from '../../src/providers/replicate/picture-fields.ts';
import { promptField } from '../../src/providers/replicate/prompt-field.ts';
import { inputSchema } from '../../src/providers/replicate/schema.ts';
import { worksOn } from '../../src/providers/replicate/works-on.ts';
import { request } from '../support/providers/replicate-stage.ts';
import type { Capabilities } from '../../src/providers/capabilities.ts';
import { unfit } from '../../src/runner/unfit.ts';
import { REFERENCE_ROLES } from '../../src/shot.ts';
import { provider } from '../support/runner-rig.ts';
import { invalidities, type RecordedModel } from '../support/replicate-schemas.ts';
import { settingsOf } from '../support/settings.ts';

/** A model as the list has it. */
interface ListedModel {
  owner: string;
  name: string;
  latest_version: { openapi_schema: RecordedModel['openapi'] } | null;
  default_example: { output?: unknown } | null;
}

const FACE = 'https://example.com/face.png';
const SOURCE = 'https://example.com/source.png';
const STYLE = 'https://example.com/style.png';
const SETTINGS = settingsOf();
const NO_FILE = { path: '/face.png', mime: 'image/png', sha256: '', sizeBytes: 1 } as const;

/** What becomes of the picture, in a few words. */
function fateOf({ owner, name, latest_version: version, default_example: example }: ListedModel): string {
  const openapi = version?.openapi_schema;
  const schema = openapi && inputSchema(openapi);
  if (!schema) return 'has no inputs';
  if (outputProblem(openapi, example?.output) !== undefined) return 'makes no pictures';
  const pictures = pictureInput(schema);
  if (!pictures && guidePictures(schema).length === 0) return 'takes no picture';
  const model = { model: `${owner}/${name}`, openapi, schema, source: '' };
  if (!promptField(schema)) return fateOfEdit(model, 'no prompt');
  const { input, problems } = buildInput(schema, request(), [FACE], { extra: {}, use: 'repaint' });
  const why = problems.some((problem) => problem.includes('must be one of')) ? 'fixed prompts' : problems[0];
  if (!pictures || why !== undefined) return fateOfEdit(model, pictures ? 'needs more' : 'another use', why);
  if (invalidities(model, input).length > 0) return `INVALID ${model.model}`;
  if (!JSON.stringify(input).includes(FACE)) return `DROPPED ${model.model}`;
  return pictures.keeps === 'repaint' ? 'sent, painted over' : 'sent';
}

/** What an edit becomes, with whatever the model needs beside the picture. @param why it takes no shot. */
function fateOfEdit(model: RecordedModel, kind: string, why = ''): string {
  const { schema } = model;
  const field = schema.fields.get(promptField(schema) ?? '');
  const prompt = field === undefined ? '' : String(field.choices?.[0] ?? 'a red coat');
  const can = chosen(abilitiesOf(schema), 'repaint');
  const refused = unfitToEdit(can, prompt !== '');
  const works = worksOn(schema);
  const told = field === undefined && 'problem' in works ? works.problem : why;
  if (refused !== undefined) return `${kind}, refused: ${short(told || refused)}`;
  const beside = REFERENCE_ROLES.filter((role) => can.works?.beside[role]);
  const references = (['source', ...beside] as const).map((role) => ({ ...NO_FILE, role }));
  const asked = request({ prompt, references, ownInputs: beside });
  const addresses = [SOURCE, ...beside.map((role) => `https://example.com/${role}.png`)];
  const { input, problems } = buildInput(schema, asked, addresses, { extra: {}, use: 'repaint' });
  if (problems.length > 0) return `${kind}, refused: ${short(problems[0] ?? '')}`;
  if (invalidities(model, input).length > 0) return `INVALID ${model.model}`;
  const values = Object.values(input).flat();
  if (!addresses.every((address) => values.includes(address))) return `DROPPED ${model.model}`;
  return `${kind}, edit sent${beside.length === 0 ? '' : ` with a ${beside.join()} beside it`}`;
}

/** Why an edit would be refused before anything is sent; undefined: it would not. */
function unfitToEdit(can: Capabilities, hasPrompt: boolean): string | undefined {
  const sized: Capabilities = { ...can, sizes: { kind: 'any' } };
  const made = {
    ...provider({ submit: () => Promise.reject(new Error('a question only')) }),
    capabilities: () => sized,
  };
  const ready = { provider: made, model: 'm', scope: 's', intervalMs: 0 };
  const settings = { ...SETTINGS, references: [{ role: 'source', picture: '/a.png' }] } as const;
  return unfit(ready, 'm', { settings, references: 1, promptChars: 1, hasPrompt });
}

const short = (problem: string): string => (problem.includes('mask') ? 'a mask' : problem.split(/[:,(]/)[0]) ?? '';

/** What becomes of a picture of a style, beside one of the face; undefined: the model has no input for it. */
function fateOfStyle({ latest_version: version }: ListedModel): string | undefined {
  const schema = version ? inputSchema(version.openapi_schema) : undefined;
  if (!schema || !promptField(schema) || !abilitiesOf(schema).ownInputs?.style) return undefined;
  const references = (['face', 'style'] as const).map((role) => ({ ...NO_FILE, role }));
  const asked = request({ references, ownInputs: ['style'] });
  const { input, problems } = buildInput(schema, asked, [FACE, STYLE], { extra: {}, use: 'repaint' });
  if (problems.length > 0) return 'style refused';
  const at = (address: string): string | undefined =>
    Object.keys(input).find((name) => JSON.stringify(input[name]).includes(address));
  return at(STYLE) === undefined || at(FACE) === undefined || at(STYLE) === at(FACE)
    ? 'STYLE DROPPED'
    : 'style and face, each in its own input';
}

const [file = 'models.json'] = process.argv.slice(2);
const counts = new Map<string, number>();
for (const model of JSON.parse(readFileSync(file, 'utf8')) as ListedModel[]) {
  for (const fate of [fateOf(model), fateOfStyle(model)])
    if (fate !== undefined) counts.set(fate, (counts.get(fate) ?? 0) + 1);
}
for (const [fate, models] of [...counts].toSorted(([, a], [, b]) => b - a))
  process.stdout.write(`${String(models).padStart(5)}  ${fate}\n`);
