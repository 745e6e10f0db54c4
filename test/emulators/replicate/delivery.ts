/** The pictures of predictions. */
import sharp from 'sharp';
import type { Answer, Call } from '../service.ts';
import { makePicture } from '../picture.ts';
import { isExpired, type Prediction, statusOf } from './prediction.ts';

/** Sides at one megapixel (replicate/cog-flux). */
const SIDES: Record<string, [number, number]> = {
  '1:1': [1024, 1024],
  '16:9': [1344, 768],
  '21:9': [1536, 640],
  '3:2': [1216, 832],
  '2:3': [832, 1216],
  '4:5': [896, 1088],
  '5:4': [1088, 896],
  '3:4': [896, 1152],
  '4:3': [1152, 896],
  '9:16': [768, 1344],
  '9:21': [640, 1536],
};

function sizeOf(input: Record<string, unknown>): [number, number] {
  const ratio = input['aspect_ratio'];
  if (
    (ratio === undefined || ratio === 'custom') &&
    typeof input['width'] === 'number' &&
    typeof input['height'] === 'number'
  )
    return [input['width'], input['height']];
  const [width, height] = SIDES[String(ratio)] ?? [1024, 1024];
  return input['megapixels'] === '0.25' ? [width / 2, height / 2] : [width, height];
}

/** The picture of a prediction, as long as there is one. */
export async function deliver(call: Call, prediction: Prediction | undefined, pictureBytes?: number): Promise<Answer> {
  const gone =
    prediction === undefined || statusOf(prediction, call.now()) !== 'succeeded' || isExpired(prediction, call.now());
  if (gone) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' };
  const format = String(
    prediction.input['output_format'] ?? (prediction.model.enums['output_format'] === undefined ? 'png' : 'webp'),
  );
  const [width, height] = prediction.size ?? sizeOf(prediction.input);
  const png = makePicture(width, height, prediction.id, pictureBytes === undefined ? {} : { sizeBytes: pictureBytes });
  const body =
    format === 'png'
      ? png
      : await sharp(png)
          .toFormat(format === 'jpg' ? 'jpeg' : 'webp')
          .toBuffer();
  return {
    headers: {
      'content-type': `image/${format === 'jpg' ? 'jpeg' : format}`,
      'cache-control': 'public, max-age=3600',
    },
    body,
  };
}
