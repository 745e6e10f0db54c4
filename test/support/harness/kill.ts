/**
 * Random `kill -9`: two processes make packs on one ledger and are killed again and again; then the work is resumed to
 * its end and everything is counted. All randomness is seeded; only the machine's timing differs from run to run.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '../../emulators/emulator.ts';
import { readJournal } from '../../emulators/books.ts';
import type { Service } from '../../emulators/service.ts';
import { openHome } from './cli.ts';
import type { CapsToHold } from './money.ts';
import { type Figures, verify } from './verify.ts';
import { type KillPlan, Run } from './kill-lanes.ts';
import { GATE, KILL_SERVICES, mostOf } from './kill-services.ts';
import { takeProblems } from './takes.ts';

/** What it came to. */
export interface KillReport {
  kills: number;
  packs: number;
  /** Committed states of the money that were looked at while it ran. */
  samples: number;
  /** Pictures that were made again, since they showed somebody else. */
  takes: number;
  figures: Figures;
  violations: string[];
}

/** What a picture takes at the emulated service, in ms, unless the plan says. */
const LATENCY_MS = 50;

const NO_TAKES = { takes: 0, problems: [] };

/** How long a request for work takes to be answered, in ms, unless the plan says. */
const ANSWER_MS = 40;

/** Carries out a plan. */
export async function killRun(plan: KillPlan): Promise<KillReport> {
  const service = slowToAnswer(KILL_SERVICES[plan.provider].service?.(), plan.answerMs);
  const home = openHome(plan.root, {});
  const journal = join(home.folder, 'charges.jsonl');
  const emulator =
    service &&
    (await startEmulator(service, {
      journal,
      latencyMs: plan.latencyMs ?? LATENCY_MS,
      seed: plan.seed,
      faults: plan.faults ?? [],
    }));
  const caps = capsOf(plan);
  const run = new Run(plan, home, caps);
  try {
    run.configure(emulator);
    await run.kill();
    await run.finish();
    const { figures, violations } = verify({
      ...home,
      ...(emulator ? { charges: readJournal(journal) } : {}),
      mayHold: KILL_SERVICES[plan.provider].mayHold,
    });
    if (emulator && readJournal(journal).length !== emulator.charges().length)
      violations.push('the journal and the charges of the service differ');
    const { rerolls } = KILL_SERVICES[plan.provider];
    const other = rerolls === undefined ? NO_TAKES : takeProblems(home.ledger, { rerolls, minConsistency: GATE });
    violations.push(...other.problems);
    return {
      kills: run.kills,
      packs: run.packs,
      samples: run.samples,
      takes: other.takes,
      figures,
      violations: [...run.problems, ...violations],
    };
  } finally {
    await run.close();
    await emulator?.close();
    home.close();
  }
}

/** Between the charge and the answer there is time to be killed. */
function slowToAnswer(service: Service | undefined, answerMs = ANSWER_MS): Service | undefined {
  return (
    service && {
      ...service,
      routes: service.routes.map((route) => ({
        ...route,
        handle: async (call) => {
          const answer = await route.handle(call);
          if (route.operation === 'submit') await sleep(answerMs);
          return answer;
        },
      })),
    }
  );
}

/** Just enough for a pack in which nothing is paid twice. */
function capsOf({ provider, count, capped = true }: KillPlan): CapsToHold {
  const price = KILL_SERVICES[provider].priceMicros;
  return price === 0 || !capped ? {} : { perImageMicros: price, perRunMicros: price * mostOf(provider, count) };
}

/** One line of what a run came to. */
export function told(provider: string, { kills, packs, samples, takes, figures }: KillReport): string {
  const { images, charges, held, paidTwice, lost, duplicateNames } = figures;
  return [
    `${provider}: ${kills} kills over ${packs} packs, ${images} images, ${charges} charges`,
    ...(takes > 0 ? [`${takes} other takes`] : []),
    `${held} reported in doubt, ${paidTwice} paid twice, ${lost} lost, ${duplicateNames} duplicate names`,
    `${samples} states of the money looked at`,
  ].join(', ');
}
