/** The emulated Responses API, as far as background image generation goes. */
import { randomUUID } from 'node:crypto';
import type { Answer, Call } from '../service.ts';
import { looksLikeImage, onlyKnown, understand, type Asked } from './rules.ts';
import { refuse, Refusal } from './refusal.ts';
import { STANDING, TEXT_USAGE } from './standing.ts';
import { makeWork, type Work } from './work.ts';

/** A response and its fate. */
export interface StoredResponse {
  id: string;
  asked: Asked;
  work: Work | undefined;
  /** Fails with this instead of ending well. */
  error?: { code: string; message: string };
  metadata: Record<string, unknown>;
  textModel: string;
  createdMs: number;
  startsMs: number;
  endsMs: number;
  cancelledMs?: number;
  background: boolean;
  /** As they were asked. */
  tools: unknown;
  toolChoice: unknown;
}

const FIELDS = [
  'model',
  'input',
  'background',
  'store',
  'metadata',
  'tool_choice',
  'tools',
  'instructions',
  'stream',
  'safety_identifier',
];

/** Accepts a response: checked, charged, stored. */
export function createResponse(
  call: Call,
  how: { queueMs: number; pictureBytes?: number | undefined; forbidden: string },
): StoredResponse {
  const body = call.json as Record<string, unknown> | undefined;
  if (body === undefined) throw new Refusal(refuse(400, 'We could not parse the JSON body of your request.'));
  onlyKnown(body, FIELDS);
  if (typeof body['model'] !== 'string' || body['model'].includes('image'))
    throw new Refusal(
      refuse(400, `The requested model '${String(body['model'])}' does not exist.`, {
        param: 'model',
        code: 'model_not_found',
      }),
    );
  if (body['background'] === true && body['store'] === false)
    throw new Refusal(
      refuse(400, 'Background mode requires store to be true.', { param: 'store', code: 'invalid_value' }),
    );
  checkMetadata(body['metadata']);
  const tools = body['tools'];
  const tool = Array.isArray(tools) && tools.length === 1 ? (tools[0] as Record<string, unknown>) : undefined;
  if (tool?.['type'] !== 'image_generation')
    throw new Refusal(
      refuse(400, 'The emulator expects exactly one image_generation tool.', { param: 'tools', code: 'invalid_value' }),
    );
  const asked = understand(tool, 'tool', partsOf(body['input']));
  const now = call.now();
  const id = `resp_${randomUUID().replaceAll('-', '')}`;
  const refused = asked.prompt.includes(how.forbidden);
  return {
    id,
    asked,
    work: refused ? undefined : makeWork(asked, call, { id, count: 1, pictureBytes: how.pictureBytes }),
    ...(refused
      ? {
          error: {
            code: 'image_content_policy_violation',
            message: 'Your request was rejected by the safety system. safety_violations=[violence]',
          },
        }
      : {}),
    metadata: (body['metadata'] ?? {}) as Record<string, unknown>,
    textModel: body['model'],
    createdMs: now,
    startsMs: now + how.queueMs,
    endsMs: now + how.queueMs + call.latencyMs,
    background: body['background'] === true,
    tools,
    toolChoice: body['tool_choice'] ?? 'auto',
  };
}

function checkMetadata(metadata: unknown): void {
  const entries = Object.entries((metadata ?? {}) as Record<string, unknown>);
  const bad =
    entries.length > 16 ||
    entries.some(([key, value]) => key.length > 64 || typeof value !== 'string' || value.length > 512);
  if (bad) throw new Refusal(refuse(400, "Invalid 'metadata'.", { param: 'metadata', code: 'invalid_value' }));
}

/** The prompt and the number of pictures in the one user message. */
function partsOf(input: unknown): { prompt: string; references: number } {
  if (typeof input === 'string') return { prompt: input, references: 0 };
  const [message] = (Array.isArray(input) ? input : []) as { role?: string; content?: Record<string, unknown>[] }[];
  if (message?.role !== 'user' || !Array.isArray(message.content))
    throw new Refusal(refuse(400, "Invalid 'input'.", { param: 'input', code: 'invalid_value' }));
  let prompt = '';
  let references = 0;
  for (const [index, part] of message.content.entries()) {
    const where = `input[0].content[${index}]`;
    if (part['type'] === 'input_text') {
      onlyKnown(part, ['type', 'text'], `${where}.`);
      prompt += String(part['text']);
    } else if (part['type'] === 'input_image') {
      onlyKnown(part, ['type', 'image_url', 'file_id', 'detail'], `${where}.`);
      const [, base64 = ''] = /^data:image\/(?:png|jpeg|webp);base64,(.+)$/s.exec(String(part['image_url'])) ?? [];
      if (!looksLikeImage(Buffer.from(base64, 'base64')))
        throw new Refusal(
          refuse(400, 'The image data you provided does not represent a valid image.', {
            param: where,
            code: 'invalid_image_format',
          }),
        );
      references += 1;
    } else
      throw new Refusal(
        refuse(400, `Invalid value: '${String(part['type'])}'.`, { param: `${where}.type`, code: 'invalid_value' }),
      );
  }
  return { prompt, references };
}

/** How far a response is. */
export function statusOf(stored: StoredResponse, nowMs: number): string {
  if (stored.cancelledMs !== undefined && stored.cancelledMs < stored.endsMs) return 'cancelled';
  if (nowMs < stored.startsMs) return 'queued';
  if (nowMs < stored.endsMs) return 'in_progress';
  return stored.error ? 'failed' : 'completed';
}

/** A response as it is told at this moment. */
export function responseBody(stored: StoredResponse, nowMs: number): Answer {
  const status = statusOf(stored, nowMs);
  const { asked, work } = stored;
  const done = status === 'completed' && work;
  const call = done && {
    id: `ig_${stored.id.slice(5)}`,
    type: 'image_generation_call',
    status: 'completed',
    result: work.pictures[0],
    revised_prompt: asked.prompt,
    size: `${asked.width}x${asked.height}`,
    quality: asked.quality,
    output_format: 'png',
    background: 'opaque',
  };
  return {
    body: {
      id: stored.id,
      object: 'response',
      created_at: Math.floor(stored.createdMs / 1000),
      completed_at: done ? Math.floor(stored.endsMs / 1000) : null,
      status,
      background: stored.background,
      error: status === 'failed' ? stored.error : null,
      incomplete_details: null,
      metadata: stored.metadata,
      model: stored.textModel,
      output: call ? [call] : [],
      ...STANDING,
      tools: stored.tools,
      tool_choice: stored.toolChoice,
      usage: done ? TEXT_USAGE : null,
      ...(done ? { tool_usage: { image_gen: work.usage, web_search: { num_requests: 0 } } } : {}),
    },
  };
}
