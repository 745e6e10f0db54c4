/** One emulated job: what becomes of it is settled when it is made; what a reader sees depends on the time. */
import { randomUUID } from 'node:crypto';
import { makePicture } from '../picture.ts';
import { askedOfWorkflow, workflowOutput, workflowPicture } from './comfyui.ts';
import type { Job } from './job-record.ts';

/** As the service makes them. */
export function newJobId(): string {
  return `${randomUUID()}-u1`;
}

/** `IN_QUEUE`, `IN_PROGRESS` or how it ended. */
export function statusOf(job: Job, now: number): string {
  if (job.canceledMs !== undefined) return 'CANCELLED';
  if (now < job.startsMs) return 'IN_QUEUE';
  if (now < job.endsMs) return 'IN_PROGRESS';
  return job.failure === undefined ? 'COMPLETED' : 'FAILED';
}

/** True when its result is no longer kept. */
export function isGone(job: Job, now: number): boolean {
  return now >= (job.canceledMs ?? job.endsMs) + job.expireMs;
}

/** The size that an input asks for. */
function sizeOf({ size, width, height, aspect_ratio: ratio }: Record<string, unknown>): [number, number] {
  if (typeof size === 'string') return size.split('*').map(Number) as [number, number];
  if (typeof width === 'number' && typeof height === 'number') return [width, height];
  const [w = 1, h = 1] = String(ratio ?? '1:1')
    .split(':')
    .map(Number);
  return [Math.round(1024 * Math.sqrt(w / h)), Math.round(1024 * Math.sqrt(h / w))];
}

/** What it is asked to draw. */
export function promptOf({ worker, input }: Job): { prompt: unknown; seed: unknown } {
  if (worker !== 'worker-comfyui') return { prompt: input['prompt'], seed: input['seed'] };
  const { text, seed } = askedOfWorkflow(input);
  return { prompt: text, seed };
}

/** Its picture: a PNG that names the job. `name`: of several, the file. */
export function pictureOf(job: Job, name?: string): Buffer {
  if (job.worker === 'worker-comfyui') return workflowPicture(job, name ?? '');
  const [width, height] = sizeOf(job.input);
  return makePicture(width, height, job.id);
}

/** The object as the API gives it. */
export function jobBody(job: Job, now: number, baseUrl: string): Record<string, unknown> {
  const status = statusOf(job, now);
  const { id } = job;
  if (status === 'IN_QUEUE' || status === 'CANCELLED') return { id, status };
  const delayTime = job.startsMs - job.createdMs;
  if (status === 'IN_PROGRESS') return { id, status, delayTime, workerId: 'oqk7ao1uomckye' };
  const ended = {
    id,
    status,
    delayTime,
    executionTime: job.endsMs - job.startsMs,
    workerId: 'oqk7ao1uomckye',
  };
  if (status !== 'FAILED') return { ...ended, output: outputOf(job, baseUrl) };
  return { ...ended, ...job.failure };
}

function outputOf(job: Job, baseUrl: string): object {
  if (job.worker === 'worker-comfyui') return workflowOutput(job, baseUrl);
  if (job.worker === 'public')
    return { image_url: `${baseUrl}/image/${job.id}/output.png`, cost: Number(job.costUsd.toFixed(8)) };
  const base64 = pictureOf(job).toString('base64');
  const seed = typeof job.input['seed'] === 'number' ? job.input['seed'] : 42;
  if (job.worker === 'worker-a1111')
    return { images: [base64], parameters: job.input, info: JSON.stringify({ seed, all_seeds: [seed] }) };
  const image = `data:image/png;base64,${base64}`;
  return { image_url: image, images: [image], seed };
}
