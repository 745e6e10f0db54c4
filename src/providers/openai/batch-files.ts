/** The files of a batch at OpenAI: what is asked, and what came of it. */
import { z } from 'zod';
import { readJson } from '../answer.ts';
import { type KeyedLine, SpooledLines } from '../batch/spool.ts';
import type { BatchLine, CallContext } from '../provider.ts';
import { openSession, SERVICE, type Access } from './session.ts';

/** How long files are kept, from their making: we ask for the longest that can be. */
export const KEPT_SECONDS = 30 * 86_400;
/** Files take as long as they take: the caller's own time ends it. */
const FILE_TIMEOUT_MS = 3_600_000;

const fileSchema = z.object({ id: z.string().regex(/^[\w-]{1,200}$/) });

/** Uploads the requests of a batch, which is free. @returns the file's id. @throws {ProviderError} */
export async function upload(
  access: Access,
  { name, lines }: { name: string; lines: readonly BatchLine[] },
  { signal, onPhase }: CallContext,
): Promise<string> {
  const session = await openSession(access, { signal, ...(onPhase && { onPhase }) }, 'read', FILE_TIMEOUT_MS);
  try {
    const texts = lines.map(({ text }) => `${text}\n`);
    const file = new File(texts, name, { type: 'application/jsonl' });
    const expiry = { anchor: 'created_at' as const, seconds: KEPT_SECONDS };
    const { files } = session.client;
    const response = await files
      .create({ file, purpose: 'batch', expires_after: expiry }, session.options)
      .asResponse();
    return (await readJson(response, fileSchema, { service: SERVICE, paid: false })).id;
  } catch (error) {
    throw session.failure(error);
  }
}

/** The lines of a file of answers, by the key of their request. @throws {ProviderError} */
export async function answersIn(access: Access, fileId: string, call: CallContext): Promise<SpooledLines> {
  const session = await openSession(access, call, 'read', FILE_TIMEOUT_MS);
  try {
    const response = await session.client.files.content(fileId, session.options).asResponse();
    return await SpooledLines.from(response.body as AsyncIterable<Uint8Array> | null, keyedLine);
  } catch (error) {
    throw session.failure(error);
  }
}

const keyedSchema = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number() }).nullish().catch(undefined),
});

function keyedLine(line: string): KeyedLine | undefined {
  try {
    const read = keyedSchema.safeParse(JSON.parse(line)).data;
    return read && { key: read.custom_id, isMade: read.response ? read.response.status_code < 400 : false };
  } catch {
    return undefined;
  }
}
