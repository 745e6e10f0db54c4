/** Where ComfyUI is asked, and by which id each attempt is known there. */
import { createHash } from 'node:crypto';
import type { JsonQuestion, JsonService } from '../json-service.ts';
import type { CallContext } from '../provider.ts';

/** What messages call it. */
export const SERVICE = 'ComfyUI';
/** For everything but pictures: the server answers at once, also while its GPU works. */
export const READ_TIMEOUT_MS = 30_000;

/** Everything that requests need. */
export type ComfyConnection = JsonService;

/**
 * The id under which an attempt runs there: always the same for the same attempt, so that it can be looked up after
 * any crash. A UUID in canonical form, as newer servers demand (Comfy-Org/ComfyUI server.py, `validate_job_id`).
 */
export function promptIdOf(attemptKey: string): string {
  const bytes = createHash('sha256').update(`imggen ${attemptKey}`).digest().subarray(0, 16);
  // Version 8 (RFC 9562): made up by us.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A free question. */
export function reading({ signal }: CallContext, path: string): JsonQuestion {
  return { asked: 'read', method: 'GET', path, signal, timeoutMs: READ_TIMEOUT_MS };
}

/** A free request that changes something there. */
export function posting({ signal }: CallContext, path: string, body: object): JsonQuestion {
  return { asked: 'read', method: 'POST', path, body, signal, timeoutMs: READ_TIMEOUT_MS };
}
