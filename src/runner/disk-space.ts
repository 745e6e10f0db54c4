import type { RunnerContext, RunOptions } from './context.ts';

/** Never start paid work with less than this free (ledger.md: 64 MiB + in flight × largest image). */
const FREE_MIN_BYTES = 64 * 1024 * 1024;
/** What the ledger may take while what is under way is written down. */
const LEDGER_FREE_MIN_BYTES = 16 * 1024 * 1024;
/** What one picture may take, beside its thumbnail: 4 bytes a pixel, uncompressed. */
const BYTES_PER_PIXEL = 4;
const LOOK_EVERY_MS = 1_000;

const looked = new WeakMap<RunnerContext, number>();

/** Says why there is no room for one more picture, before paying for it; undefined when there is. Looks once a second. */
export async function roomProblem(
  context: RunnerContext,
  options: RunOptions,
  inFlight: number,
): Promise<string | undefined> {
  const now = context.now();
  const last = looked.get(context) ?? -Infinity;
  if (now - last < LOOK_EVERY_MS && now >= last) return undefined;
  looked.set(context, now);
  const { folder } = context.ledger;
  const free = folder === undefined ? Infinity : await context.freeBytes(folder);
  if (free < LEDGER_FREE_MIN_BYTES)
    return tooLittle(free, { for_: `the ledger in ${folder}`, needed: LEDGER_FREE_MIN_BYTES });
  for (const jobId of options.jobIds) {
    const job = context.ledger.jobs.find(jobId);
    if (!job) continue;
    const { output, width, height } = job.settings;
    const needed = FREE_MIN_BYTES + (inFlight + 1) * width * height * BYTES_PER_PIXEL;
    const free = await context.freeBytes(output);
    if (free < needed) return tooLittle(free, { for_: output, needed });
  }
  return undefined;
}

function tooLittle(free: number, { for_, needed }: { for_: string; needed: number }): string {
  return `${mib(free)} free for ${for_}, ${mib(needed)} needed to go on safely`;
}

function mib(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MiB`;
}
