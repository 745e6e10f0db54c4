/**
 * Plays a made-up run in a view, to be looked at: `node view-demo.ts <folder of views/index.js> <view> <shots>
 * [seconds]`. Ctrl-C drains, as a run would.
 */
import { resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent, ShotPhase } from '../../src/events.ts';
import type * as Views from '../../src/views/index.ts';

const [folder = 'dist/views', kind = 'auto', shotsText = '11', secondsText = '10'] = process.argv.slice(2);
const shots = Number(shotsText);
const concurrency = Math.min(8, shots);
const meanMs = (Number(secondsText) * 1000 * concurrency) / shots;
const { chooseView, createView, VIEWS, wantsColor } = (await import(resolve(folder, 'index.js'))) as typeof Views;

const stdoutIsTty = process.stdout.isTTY === true;
const chosen =
  kind === 'auto'
    ? chooseView({ json: false, quiet: false, ink: true, stdoutIsTty, env: process.env }, VIEWS)
    : (kind as Views.ViewKind);
const view = await createView(
  chosen,
  {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: () => Date.now(),
    color: wantsColor(undefined, stdoutIsTty, process.env),
    resume: 'imggen resume',
  },
  VIEWS,
);

const job_id = '3';
const character_id = 'mira-sol';
const failures: { shot: string; jobId: string; errorType: string; message: string }[] = [];
let next = 0;
let done = 0;
let refused = 0;
let failed = 0;
let spent = 0;
let inFlight = 0;
const run = { draining: false };

const tell = (event: RunEvent): void => view.handle(event);
const at = (): string => new Date().toISOString();
const random = (low: number, high: number): number => low + Math.random() * (high - low);

process.on('SIGINT', () => {
  run.draining = true;
  tell({ event: 'draining', signal: 'SIGINT', in_flight: inFlight });
});

tell({
  event: 'run_opened',
  job_id,
  character_id,
  character_name: 'Mira Sol',
  kind: 'pack',
  provider: 'replicate',
  model: 'black-forest-labs/flux-dev',
  concurrency,
  image_count: shots,
  already_done: 0,
  caps_usd: { perImage: 0.25, perRun: 5, perDay: 20 },
  spent_usd: 0,
  spent_day_usd: 1.2,
  output: 'images/mira-sol',
  uploads: true,
});

async function make(shot: string, number: number): Promise<void> {
  const who = { job_id, shot, character_id };
  const phase = (name: ShotPhase, more: object = {}): void =>
    tell({ event: 'shot_phase', job_id, shot, phase: name, ...more });
  for (let attempt = 1; ; attempt += 1) {
    tell({ event: 'generation_started', at: at(), ...who, model: 'flux-dev', provider: 'replicate', attempt });
    await sleep(random(0.1, 0.3) * meanMs);
    if (Math.random() < 0.08) {
      const until = new Date(Date.now() + meanMs * 2).toISOString();
      const message = '429 Too Many Requests: slow down please';
      tell({ event: 'generation_failed', at: at(), ...who, error_type: 'rate-limited', retry_at: until, message });
      phase('backoff', { until });
      await sleep(meanMs * 2);
      if (run.draining) return;
      continue;
    }
    tell({ event: 'generation_submitted', at: at(), job_id, shot, remote_id: `r${number}` });
    for (let step = 0; step < 4; step += 1) {
      phase('waiting', { progress: step / 4 });
      await sleep(random(0.1, 0.25) * meanMs);
    }
    const dice = Math.random();
    if (dice < 0.06) fail(shot, dice < 0.04);
    else await save(shot, number);
    return;
  }
}

function fail(shot: string, refusal: boolean): void {
  const error_type = refusal ? 'refused' : 'timeout';
  const message = refusal
    ? 'The content policy said no: \u001b[31mNSFW\u001b[0m content was detected in the picture, ' +
      'and it was thrown away'
    : 'the prediction took more than 300 s';
  if (refusal) refused += 1;
  else failed += 1;
  failures.push({ shot, jobId: job_id, errorType: error_type, message });
  tell({ event: 'generation_failed', at: at(), job_id, shot, character_id, error_type, retry_at: null, message });
}

async function save(shot: string, number: number): Promise<void> {
  const who = { job_id, shot, character_id };
  tell({ event: 'shot_phase', job_id, shot, phase: 'saving' });
  await sleep(0.05 * meanMs);
  spent += 0.025;
  done += 1;
  const filename = `mira_sol_image_${String(number).padStart(5, '0')}.png`;
  const made = { duration_ms: meanMs, cost_usd: 0.025, seed: 7, seed_honoured: 'yes' } as const;
  tell({ event: 'generation_completed', at: at(), ...who, ...made });
  tell({ event: 'spend', job_id, spent_usd: spent, reserved_usd: 0.025 * inFlight, spent_day_usd: 1.2 + spent });
  tell({ event: 'shot_phase', job_id, shot, phase: 'uploading' });
  await sleep(0.15 * meanMs);
  const url = `https://res.example.com/demo/image/upload/v1/characters/mira-sol/${filename}`;
  tell({ event: 'image_stored', at: at(), ...who, size_bytes: 900_000, url, filename });
}

const begun = Date.now();
async function worker(): Promise<void> {
  while (next < shots && !run.draining) {
    next += 1;
    const number = next;
    inFlight += 1;
    await make(number === 1 ? 'avatar' : `gallery-${String(number).padStart(4, '0')}`, number);
    inFlight -= 1;
  }
}
await Promise.all(Array.from({ length: concurrency }, worker));
const durationMs = Date.now() - begun;
tell({
  event: 'pack_completed',
  at: at(),
  job_id,
  character_id,
  image_count: shots,
  completed: done,
  failed: failed + refused,
  total_duration_ms: durationMs,
  cost_usd: spent,
});
await view.close({
  exitCode: done === shots ? 0 : 3,
  interrupted: run.draining,
  folder: 'images/mira-sol',
  jobs: [
    {
      jobId: job_id,
      characterId: character_id,
      characterName: 'Mira Sol',
      kind: 'pack',
      state: done === shots ? 'ended' : 'open',
      imageCount: shots,
      completed: done,
      failed,
      refused,
      held: 0,
      canceled: 0,
      remaining: shots - done - failed - refused,
      takesLeft: 0,
      costUsd: spent,
      reservedUsd: 0,
      durationMs,
    },
  ],
  failures: failures.slice(0, 20),
  failuresMore: Math.max(0, failures.length - 20),
  notices: [],
  warnings: [],
  next: done === shots ? [] : ['imggen retry 3'],
  headline: done === shots ? `All ${shots} images are made.` : `${done} of ${shots} images are made.`,
});
