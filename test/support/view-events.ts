/** Small events for the tests of the views. */
import type { PublicEvent, RunEvent, LiveEvent } from '../../src/events.ts';
import type { RunSummary, ViewOutput, ViewStreams } from '../../src/views/view.ts';
import { PassThrough } from 'node:stream';

export const T0 = Date.UTC(2026, 0, 2, 12, 0, 0);
const at = new Date(T0).toISOString();
const job_id = '3';
const character_id = 'mira-sol';

type Opened = LiveEvent & { event: 'run_opened' };

export function opened(change: Partial<Opened> = {}): Opened {
  return {
    event: 'run_opened',
    job_id,
    character_id,
    character_name: 'Mira Sol',
    kind: 'create',
    provider: 'replicate',
    model: 'black-forest-labs/flux-dev',
    concurrency: 4,
    image_count: 11,
    already_done: 0,
    caps_usd: { perImage: 0.25, perRun: 5, perDay: 20 },
    spent_usd: 0,
    spent_day_usd: 1.2,
    output: 'images/mira-sol',
    uploads: false,
    ...change,
  };
}

export function started(shot: string, attempt = 1, job = job_id): PublicEvent {
  return {
    event: 'generation_started',
    at,
    job_id: job,
    shot,
    character_id,
    model: 'flux-dev',
    provider: 'replicate',
    attempt,
  };
}

export function completed(shot: string, job = job_id): PublicEvent {
  return {
    event: 'generation_completed',
    at,
    job_id: job,
    shot,
    character_id,
    duration_ms: 1200,
    cost_usd: 0.025,
    seed: 7,
    seed_honoured: 'yes',
  };
}

export function stored(shot: string, url = `file:///images/${shot}.png`, job = job_id): PublicEvent {
  return { event: 'image_stored', at, job_id: job, shot, character_id, size_bytes: 9, url, filename: `${shot}.png` };
}

export function failed(
  shot: string,
  error_type: string,
  more: { retryAt?: number; message?: string } = {},
): PublicEvent {
  const retry_at = more.retryAt === undefined ? null : new Date(more.retryAt).toISOString();
  return {
    event: 'generation_failed',
    at,
    job_id,
    shot,
    character_id,
    error_type,
    retry_at,
    message: more.message ?? 'no',
  };
}

export function ended(): PublicEvent {
  return {
    event: 'pack_completed',
    at,
    job_id,
    character_id,
    image_count: 11,
    completed: 11,
    failed: 0,
    total_duration_ms: 5,
    cost_usd: 1,
  };
}

export function done(shot: string): RunEvent[] {
  return [started(shot), completed(shot), stored(shot)];
}

export function summary(change: Partial<RunSummary> = {}): RunSummary {
  return {
    exitCode: 0,
    interrupted: false,
    folder: 'images/mira-sol',
    jobs: [
      {
        jobId: job_id,
        characterId: character_id,
        characterName: 'Mira Sol',
        kind: 'create',
        state: 'ended',
        imageCount: 11,
        completed: 11,
        failed: 0,
        refused: 0,
        held: 0,
        canceled: 0,
        remaining: 0,
        takesLeft: 0,
        costUsd: 0.275,
        reservedUsd: 0,
        durationMs: 12_300,
      },
    ],
    failures: [],
    failuresMore: 0,
    notices: [],
    warnings: [],
    next: [],
    headline: 'All 11 images are made.',
    ...change,
  };
}

/** A stream that remembers what was written. */
export class FakeTerminal extends PassThrough {
  text = '';
  isTTY: boolean;
  columns: number;
  rows: number;

  constructor(size: { columns: number; rows: number; isTTY?: boolean } = { columns: 80, rows: 24 }) {
    super();
    this.columns = size.columns;
    this.rows = size.rows;
    this.isTTY = size.isTTY ?? true;
    this.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
    });
  }
}

export function streams(
  change: Partial<Omit<ViewStreams, 'stdout' | 'stderr'>> & { stdout?: ViewOutput } = {},
): ViewStreams & {
  stdout: FakeTerminal;
  stderr: FakeTerminal;
} {
  return {
    stdout: new FakeTerminal(),
    stderr: new FakeTerminal(),
    env: { LANG: 'en_US.UTF-8' },
    now: () => T0,
    color: false,
    resume: 'imggen resume',
    ...change,
  } as ViewStreams & { stdout: FakeTerminal; stderr: FakeTerminal };
}
