/** Carries out a sequence with the built program, and holds every command against what was agreed to. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pictureKey } from '../emulators/picture.ts';
import type { Charge } from '../emulators/service.ts';
import { HAS_TERMINAL, runAtTerminal } from '../support/harness/at-terminal.ts';
import { type Ended, type Home, openHome, startCli, writeConfig } from '../support/harness/cli.ts';
import { Agreed } from './agreed.ts';
import { argumentsOf, shellLine } from './command.ts';
import { Services } from './services.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { Step } from './steps.ts';

/** What a sequence came to. */
export interface Outcome {
  /** What was done, as a person would type it. */
  lines: string[];
  problems: string[];
  kills: number;
  bought: number;
}

const RESUMES_MAX = 2;
const DEADLINE_MS = 60_000;

/** Runs all steps, then what is left without troubles, in a folder and with services of its own. */
export async function carryOut(root: string, steps: readonly Step[]): Promise<Outcome> {
  const services = await Services.start();
  const home = openHome(root, {});
  try {
    const sequence = new Sequence(home, services);
    for (const step of steps) {
      await sequence.take(step);
      if (sequence.outcome.problems.length > 0) return sequence.outcome;
    }
    await sequence.finish();
    return sequence.outcome;
  } finally {
    await services.close();
    home.close();
  }
}

class Sequence {
  readonly outcome: Outcome = { lines: [], problems: [], kills: 0, bought: 0 };
  private readonly home: Home;
  private readonly services: Services;
  private readonly agreed = new Agreed();

  constructor(home: Home, services: Services) {
    this.home = home;
    this.services = services;
    Object.assign(home.env, { REPLICATE_API_TOKEN: 'emulated-token', OPENAI_API_KEY: 'emulated-key' });
  }

  async take(step: Step): Promise<number | null> {
    if (step.do === 'config') {
      this.configure(step);
      return 0;
    }
    const before = snapshotOf(this.home.ledger);
    const pictures = before.pictures.filter(({ state }) => state === 'stored').map(({ name }) => name);
    const args = argumentsOf(step, { jobs: before.jobs.map(({ id }) => id), pictures });
    if (args === undefined) return 0;
    const paid = this.services.charges().length;
    this.outcome.lines.push(shellLine(args, step));
    const { code, signal, stdout, stderr, declined } = await this.run(args, step);
    await this.services.idle();
    if (signal === 'SIGKILL') this.outcome.kills += 1;
    const after = snapshotOf(this.home.ledger);
    const charges = this.services.charges().slice(paid);
    const words = stdout + stderr;
    if (process.env['IMGGEN_TOLD'] === '1')
      console.log(
        `${this.outcome.lines.at(-1)}  -> ${code ?? signal}, ${this.services.charges().length - paid} bought`,
      );
    const carried = { step, args, code, words, declined, before, after, charges };
    const problems = this.agreed.problemsOf(carried);
    if (code === 1) problems.push(`a bug: ${words.slice(-1_500)}`);
    this.outcome.bought = this.agreed.count;
    this.outcome.problems.push(...problems.map((problem) => `${args.join(' ')}: ${problem}`));
    return code;
  }

  private configure({ provider, fallback, caps, concurrency }: Extract<Step, { do: 'config' }>): void {
    const { budget, maxImage, maxDay } = caps;
    const config = {
      provider,
      fallback: fallback.filter((name) => name !== provider),
      size: '1024x1024',
      quality: 'low',
      attemptsMax: 2,
      concurrency,
      timeoutMs: 20_000,
      budget: { perRunUsd: budget, perImageUsd: maxImage, perDayUsd: maxDay },
      providers: {
        replicate: { baseUrl: this.services.urls.replicate, pollMs: 20, settleMs: 100 },
        openai: { baseUrl: this.services.urls.openai },
      },
    };
    writeConfig(this.home.folder, config);
    this.agreed.configure(caps);
    this.outcome.lines.push(`echo '${JSON.stringify(config)}' > config.json`);
  }

  private async run(args: readonly string[], step: Step): Promise<Ended & { declined: boolean }> {
    const typed = 'agreement' in step && step.agreement.startsWith('typed');
    this.services.trouble('troubles' in step ? step.troubles : []);
    if (typed && HAS_TERMINAL) {
      const answer = step.agreement === 'typed y' ? 'y' : 'n';
      const ended = await runAtTerminal(this.home, args, answer);
      return { ...ended, declined: ended.asked && answer === 'n' };
    }
    const running = startCli(this.home, args);
    this.services.endAt(running, 'ending' in step ? step.ending : undefined);
    const late = setTimeout(() => {
      this.outcome.problems.push(`${args.join(' ')} has not ended in ${DEADLINE_MS / 1000} s`);
      running.kill('SIGKILL');
    }, DEADLINE_MS);
    const ended = await running.ended;
    clearTimeout(late);
    return { ...ended, declined: false };
  }

  /** What is left is made or held, without troubles; then every charge has its picture or its place in the books. */
  async finish(): Promise<void> {
    const caps = { budget: undefined, maxImage: undefined, maxDay: undefined };
    const resume = { do: 'resume', job: undefined, caps, agreement: 'yes', ending: undefined, troubles: [] } as const;
    for (let tries = 1; tries <= RESUMES_MAX && this.outcome.problems.length === 0; tries += 1)
      if ((await this.take({ ...resume, troubles: [] })) === 0) break;
    if (this.outcome.problems.length > 0) return;
    this.outcome.problems.push(...lostProblems(this.home, snapshotOf(this.home.ledger), this.services.charges()));
  }
}

/** The ledger counts at least what was charged, and what is a paid picture lies on the disk whole. */
function lostProblems(home: Home, { shots, pictures, jobs }: Snapshot, charges: readonly Charge[]): string[] {
  const charged = charges.reduce((sum, { amountMicros }) => sum + amountMicros, 0);
  const held = shots.reduce((sum, { heldMicros }) => sum + heldMicros, 0);
  const bought = new Set(charges.map(({ id }) => id));
  const problems = held < charged ? [`${charged} micro-dollars were charged, the ledger counts ${held}`] : [];
  for (const { name, path, state, shotId } of pictures) {
    if (state !== 'stored') continue;
    const shot = shots.find(({ id }) => id === shotId);
    const key = pictureKey(readFileSync(isAbsolute(path) ? path : join(home.folder, '.imggen', path)));
    const job = jobs.find(({ id }) => id === shot?.jobId);
    if (job?.provider === 'local' || (key !== undefined && bought.delete(key))) continue;
    if (job && job.fallback.includes('local') && key === undefined) continue;
    problems.push(`${name} is of no charge, or of another picture's`);
  }
  const paid = shots.reduce((sum, shot) => sum + shot.paid, 0);
  if (charges.length > paid) problems.push(`${charges.length} pictures were charged, the ledger tells of ${paid}`);
  return problems;
}
