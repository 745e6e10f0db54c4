/**
 * What `generateContent` and `predict` accept for pictures, field by field: strict, so that a wrong request of ours is
 * found here and not in production. From the types of @google/genai 3.1.0 and reported answers of the service.
 */
import { invalid, onlyKnown } from './refusal.ts';
import type { Model } from './models.ts';

/** A request for a picture, understood. */
export interface Asked {
  model: Model;
  prompt: string;
  references: number;
  seed: number | undefined;
  ratio: string;
  imageSize: string;
}

type Fields = Record<string, unknown>;

const REFERENCES_MAX = 14;

/** Reads a body of `generateContent`. @throws {Refusal} */
export function understand(body: unknown, model: Model): Asked {
  const fields = fieldsOf(body, '');
  onlyKnown(fields, ['contents', 'generationConfig', 'safetySettings', 'systemInstruction', 'tools'], '');
  const { prompt, references } = partsOf(fields['contents']);
  const config = fieldsOf(fields['generationConfig'] ?? {}, 'generation_config');
  onlyKnown(
    config,
    ['seed', 'responseModalities', 'imageConfig', 'temperature', 'candidateCount'],
    'generation_config',
  );
  const seed = config['seed'];
  if (
    seed !== undefined &&
    (!Number.isInteger(seed) || (seed as number) > 2 ** 31 - 1 || (seed as number) < -(2 ** 31))
  )
    invalid(`Invalid value at 'generation_config.seed' (TYPE_INT32), ${String(seed)}`, 'generation_config.seed');
  const modalities = config['responseModalities'];
  if (!Array.isArray(modalities) || !modalities.includes('IMAGE'))
    invalid('The emulator makes pictures only: responseModalities must have IMAGE.');
  const image = fieldsOf(config['imageConfig'] ?? {}, 'generation_config.image_config');
  onlyKnown(image, ['aspectRatio', 'imageSize', 'personGeneration'], 'generation_config.image_config');
  return { model, prompt, references, seed: seed as number | undefined, ...sizeOf(image, model, 'imageSize') };
}

/** Reads a body of `predict`. @throws {Refusal} */
export function understandPredict(body: unknown, model: Model): Asked {
  const fields = fieldsOf(body, '');
  onlyKnown(fields, ['instances', 'parameters'], '');
  const instances = fields['instances'];
  const instance = fieldsOf(Array.isArray(instances) ? instances[0] : undefined, 'instances[0]');
  onlyKnown(instance, ['prompt'], 'instances[0]');
  const { prompt } = instance;
  if (typeof prompt !== 'string' || prompt === '') return invalid('Prompt cannot be empty.');
  const parameters = fieldsOf(fields['parameters'] ?? {}, 'parameters');
  if ('seed' in parameters || 'negativePrompt' in parameters)
    invalid('seed and negativePrompt are not supported by this model.');
  const known = ['sampleCount', 'aspectRatio', 'sampleImageSize', 'personGeneration', 'includeRaiReason'];
  onlyKnown(parameters, [...known, 'outputOptions'], 'parameters');
  const count = parameters['sampleCount'];
  if (count !== 1) invalid('The emulator makes one picture: sampleCount must be 1.');
  return { model, prompt, references: 0, seed: undefined, ...sizeOf(parameters, model, 'sampleImageSize') };
}

function sizeOf(fields: Fields, model: Model, name: string): Pick<Asked, 'ratio' | 'imageSize'> {
  const ratio = fields['aspectRatio'] ?? '1:1';
  if (typeof ratio !== 'string' || !model.ratios.includes(ratio))
    return invalid(`Invalid aspect ratio: ${String(ratio)}. Supported: ${model.ratios.join(', ')}.`);
  const size = fields[name];
  const isOneSize = Object.keys(model.tokens).length === 1;
  if (size !== undefined && isOneSize) invalid(`${name} is not supported for ${model.id}.`);
  if (size !== undefined && (typeof size !== 'string' || !(size in model.tokens)))
    invalid(`Invalid ${name}: ${String(size)}.`);
  return { ratio, imageSize: String(size ?? '1K') };
}

/** The words and the number of pictures in the one turn of a user. */
function partsOf(contents: unknown): { prompt: string; references: number } {
  if (!Array.isArray(contents) || contents.length !== 1) return invalid('contents is not specified.', 'contents');
  const turn = fieldsOf(contents[0], 'contents[0]');
  onlyKnown(turn, ['role', 'parts'], 'contents[0]');
  if (turn['role'] !== 'user') invalid('Please use a valid role: user, model.');
  let prompt = '';
  let references = 0;
  for (const [index, each] of (Array.isArray(turn['parts']) ? turn['parts'] : []).entries()) {
    const where = `contents[0].parts[${index}]`;
    const part = fieldsOf(each, where);
    onlyKnown(part, ['text', 'inlineData'], where);
    if (typeof part['text'] === 'string') prompt += part['text'];
    else {
      const data = fieldsOf(part['inlineData'], `${where}.inline_data`);
      onlyKnown(data, ['mimeType', 'data'], `${where}.inline_data`);
      if (!isPicture(String(data['mimeType']), Buffer.from(String(data['data']), 'base64')))
        invalid('Unable to process input image. Please retry or report.');
      references += 1;
    }
  }
  if (prompt === '') invalid('contents.parts must not be empty.');
  if (references > REFERENCES_MAX) invalid(`At most ${REFERENCES_MAX} input images are supported.`);
  return { prompt, references };
}

function isPicture(mime: string, bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 4);
  const really = start === '\x89PNG' ? 'image/png' : start.startsWith('\xff\xd8') ? 'image/jpeg' : 'image/webp';
  return bytes.length > 12 && mime === really;
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return invalid(`Invalid JSON payload received. ${where || 'The body'} is no object.`);
  return value as Fields;
}
