/**
 * Recorded answers: what the services really answered, as their documentation, the tests of their packages and public
 * reports tell it. One file an answer, `<provider>/<name>.json`; `source` says where it is from, `note` what was
 * changed. Headers that only transport needs (lengths, encodings, cookies) are left out; there are none where the
 * source tells none.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The services that answers are recorded of. */
export const SERVICES = [
  'openai',
  'openai-batch',
  'replicate',
  'gemini',
  'gemini-batch',
  'imagen',
  'bfl',
  'fal',
  'runpod',
  'modal',
  'openai-compatible',
  'a1111',
  'comfyui',
  'cloudinary',
] as const;
export type ServiceName = (typeof SERVICES)[number];

const recordingSchema = z.strictObject({
  source: z.string().min(10),
  retrieved: z.iso.date(),
  /** A note that begins with "Composed" says that the parts are published, and the whole is not. */
  note: z.string().optional(),
  request: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
    path: z.string().startsWith('/'),
    body: z.unknown().optional(),
  }),
  status: z.int().min(200).max(599),
  headers: z.record(z.string().regex(/^[a-z-]+$/), z.string()),
  /** JSON, or the text of an answer that is none. */
  body: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

/** One answer. */
export type Recording = z.infer<typeof recordingSchema>;

const folderOf = (service: ServiceName): string => fileURLToPath(new URL(`./${service}`, import.meta.url));

/** The names of a service's recordings, sorted. */
export function recordingNames(service: ServiceName): string[] {
  return readdirSync(folderOf(service))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** Its text as it stands in the file. */
export function recordingText(service: ServiceName, name: string): string {
  return readFileSync(`${folderOf(service)}/${name}.json`, 'utf8');
}

/** @throws when there is no such recording, or it has not the form of one. */
export function recording(service: ServiceName, name: string): Recording {
  return recordingSchema.parse(JSON.parse(recordingText(service, name)));
}

/** The body of a recording, as JSON. */
export function bodyOf(service: ServiceName, name: string): unknown {
  return recording(service, name).body;
}
