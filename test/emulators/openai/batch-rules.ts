/** What OpenAI takes as a batch, and as its file: strict. */
import { randomUUID } from 'node:crypto';
import type { Answer, Call } from '../service.ts';
import { onlyKnown } from './rules.ts';
import { invalid } from './refusal.ts';

/** A request in the file of a batch. */
export interface BatchLine {
  custom_id: string;
  method: string;
  url: string;
  body: Record<string, unknown>;
}

/** A batch with what became of it. */
export interface StoredBatch {
  id: string;
  inputId: string;
  endpoint: string;
  metadata: unknown;
  createdMs: number;
  status: 'in_progress' | 'completed' | 'failed' | 'expired' | 'cancelling' | 'cancelled';
  lines: readonly BatchLine[];
  problems: readonly { code: string; message: string; line: number | null }[];
  output: string[];
  errors: string[];
  outputId?: string;
  errorId?: string;
}

const ENDPOINTS = ['/v1/images/generations', '/v1/images/edits'];

/** Takes a file of requests. @throws {Refusal} */
export async function uploaded(call: Call, files: Map<string, string>): Promise<Answer> {
  const form = await new Response(new Uint8Array(call.body), {
    headers: { 'content-type': call.headers['content-type'] ?? '' },
  }).formData();
  const known = ['file', 'purpose', 'expires_after[anchor]', 'expires_after[seconds]'];
  for (const name of form.keys()) if (!known.includes(name)) invalid(`Unknown parameter: '${name}'.`, name);
  const file = form.get('file');
  if (form.get('purpose') !== 'batch' || !(file instanceof File)) return invalid("Invalid 'purpose'.", 'purpose');
  if (!file.name.endsWith('.jsonl')) invalid('Invalid file format for Batch API. Must be .jsonl', 'file');
  const id = `file-${randomUUID().replaceAll('-', '')}`;
  files.set(id, await file.text());
  return { body: { id, object: 'file', bytes: file.size, purpose: 'batch', filename: file.name } };
}

/** The fields of a new batch. @throws {Refusal} */
export function understandBatch(fields: Record<string, unknown>) {
  const known = ['input_file_id', 'endpoint', 'completion_window', 'metadata', 'output_expires_after'];
  onlyKnown(fields, known);
  const {
    input_file_id: inputId,
    endpoint,
    completion_window: window,
    metadata,
    output_expires_after: expiry,
  } = fields;
  if (typeof inputId !== 'string') return invalid("Missing required parameter: 'input_file_id'.", 'input_file_id');
  if (typeof endpoint !== 'string' || !ENDPOINTS.includes(endpoint)) return invalid("Invalid 'endpoint'.", 'endpoint');
  if (window !== '24h') invalid("Invalid 'completion_window'.", 'completion_window');
  for (const [name, value] of Object.entries((metadata ?? {}) as object))
    if (name.length > 64 || typeof value !== 'string' || value.length > 512) invalid("Invalid 'metadata'.", 'metadata');
  const { anchor, seconds } = (expiry ?? { anchor: 'created_at', seconds: 3600 }) as Record<string, unknown>;
  if (anchor !== 'created_at' || !(Number(seconds) >= 3600) || Number(seconds) > 2_592_000)
    invalid("Invalid 'output_expires_after'.", 'output_expires_after');
  return { inputId, endpoint, metadata: metadata ?? null };
}

/** The lines of a file, and why the batch fails before any is made. */
export function checkedLines(text: string, endpoint: string) {
  const problems: { code: string; message: string; line: number | null }[] = [];
  const seen = new Set<string>();
  const lines = text.split('\n').flatMap((one, index): BatchLine[] => {
    if (one === '') return [];
    const fail = (code: string, message: string): never[] => {
      problems.push({ code, message, line: index + 1 });
      return [];
    };
    let line: BatchLine;
    try {
      line = JSON.parse(one) as BatchLine;
    } catch {
      return fail('invalid_json_line', 'This line is not parseable as valid JSON.');
    }
    const keys = Object.keys(line).toSorted().join();
    if (keys !== 'body,custom_id,method,url') return fail('invalid_request', `Unexpected fields: ${keys}.`);
    if (line.method !== 'POST') return fail('invalid_method', 'The method must be POST.');
    if (line.url !== endpoint) return fail('mismatched_url', 'The URL provided for this request does not match.');
    if (seen.has(line.custom_id)) return fail('duplicate_custom_id', 'The custom_id is not unique.');
    seen.add(line.custom_id);
    return [line];
  });
  if (new Set(lines.map(({ body }) => body['model'])).size > 1)
    problems.push({ code: 'mismatched_model', message: 'A batch has one model.', line: null });
  if (lines.length === 0 && problems.length === 0)
    problems.push({ code: 'empty_file', message: 'The input file is empty.', line: null });
  return { lines, problems };
}

/** A batch as it is told. */
export function bodyOf(batch: StoredBatch): object {
  const { id, status, endpoint, inputId, metadata, createdMs, problems } = batch;
  const created = Math.floor(createdMs / 1000);
  return {
    id,
    object: 'batch',
    endpoint,
    errors: problems.length === 0 ? null : { object: 'list', data: problems.map((one) => ({ ...one, param: null })) },
    input_file_id: inputId,
    completion_window: '24h',
    status,
    output_file_id: batch.outputId ?? null,
    error_file_id: batch.errorId ?? null,
    created_at: created,
    expires_at: created + 86_400,
    request_counts: { total: batch.lines.length, completed: batch.output.length, failed: batch.errors.length },
    metadata,
  };
}
