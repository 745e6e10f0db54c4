/** How requests to OpenAI are read, whoever sends them, and how every answer of it is dressed. */
import { randomUUID } from 'node:crypto';
import type { Answer, Call, Route } from '../service.ts';
import { refuse, Refusal } from './refusal.ts';

/** Turns thrown refusals into answers, and gives every answer its request id. */
export function worded(route: Route): Route {
  return {
    ...route,
    handle: async (call) => {
      const answer = await Promise.resolve()
        .then(() => route.handle(call))
        .catch((error: unknown) => {
          if (error instanceof Refusal) return error.answer;
          throw error;
        });
      return { ...answer, headers: { ...answer.headers, 'x-request-id': `req_${randomUUID().replaceAll('-', '')}` } };
    },
  };
}

/** Echoes the refused key, as services do: it must not reach a log of ours. */
export function unauthorized(call: Call, apiKey: string | undefined): Answer | undefined {
  const [, key] = /^Bearer (.+)$/.exec(call.headers.authorization ?? '') ?? [];
  if (key === undefined)
    return refuse(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
    );
  if (apiKey === undefined || key === apiKey) return undefined;
  return refuse(
    401,
    `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { code: 'invalid_api_key' },
  );
}

export function fieldsOf(call: Call): Record<string, unknown> {
  if (typeof call.json !== 'object' || call.json === null)
    throw new Refusal(refuse(400, 'We could not parse the JSON body of your request.'));
  return call.json as Record<string, unknown>;
}

export function jsonEdit(call: Call): { fields: Record<string, unknown>; images: Buffer[] } {
  const fields = fieldsOf(call);
  const images = (Array.isArray(fields['images']) ? fields['images'] : []) as { image_url?: string }[];
  return {
    fields,
    images: images.map(({ image_url: url = '' }) => Buffer.from(url.replace(/^data:image\/\w+;base64,/, ''), 'base64')),
  };
}

/** The multipart body, parsed for real: one `image`, or several `image[]`. */
export async function formOf(call: Call): Promise<{ fields: Record<string, unknown>; images: Buffer[] }> {
  const form = await new Response(new Uint8Array(call.body), {
    headers: { 'content-type': call.headers['content-type'] ?? '' },
  }).formData();
  const fields: Record<string, unknown> = {};
  const images: Buffer[] = [];
  for (const [name, value] of form) {
    const image = name === 'image' || name === 'image[]';
    if (image && typeof value === 'string')
      throw new Refusal(
        refuse(400, "Invalid type for 'image': expected a file, but got a string instead.", {
          param: 'image',
          code: 'invalid_type',
        }),
      );
    if (image) images.push(Buffer.from(await (value as File).arrayBuffer()));
    else if (name in fields)
      throw new Refusal(refuse(400, `Duplicate parameter: '${name}'.`, { param: name, code: 'duplicate_parameter' }));
    else fields[name] = value;
  }
  if (form.getAll('image').length > 1)
    throw new Refusal(
      refuse(400, "Duplicate parameter: 'image'. Use 'image[]' for several images.", {
        param: 'image',
        code: 'duplicate_parameter',
      }),
    );
  return { fields, images };
}
