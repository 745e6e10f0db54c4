/** What is said of the price of a run before it begins, and asked where a cap would be passed. */
import { UserError } from '../errors.ts';
import type { LiveEvent } from '../events.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { EndedState } from '../ledger/jobs.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { IN_A_ROW_MAX } from '../runner/paid-in-vain.ts';
import type { Reference } from '../shot.ts';
import { capRefusal, capWords, estimate, standInsOf } from './estimate.ts';
import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';

/** A planned job as far as its price depends on it. */
interface PricedJob {
  settings: JobSettings;
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  alike: readonly AlikeShots[];
  /** Pays for pictures a second time. */
  paysAgain?: boolean | undefined;
  /** Shots in these states are made, too. */
  requeues?: readonly EndedState[] | undefined;
  /** Its last answers were paid and are no pictures. */
  paidInVain?: boolean | undefined;
  /** What another provider or model made of the same. */
  besides?: string | undefined;
}

/**
 * Asks before a job goes on whose last answers were paid and are no pictures: a stop after two is not undone unasked.
 * @throws {UserError} `incomplete` where nobody agrees: nothing was sent.
 */
export async function assertPaysMore(
  jobs: readonly PricedJob[],
  { confirm }: Pick<RunOptions, 'confirm'>,
): Promise<void> {
  for (const { settings, before, alike, paidInVain } of jobs) {
    const shots = alike.reduce((sum, group) => sum + group.shots, 0);
    if (!paidInVain || !before || shots === 0) continue;
    const who = `${settings.provider} (${settings.model})`;
    const what = `${who} was paid for the last answers of job ${before.id}, and they are no pictures`;
    const more = `the same may happen to ${Math.min(shots, IN_A_ROW_MAX)} more before it stops again`;
    if (await confirm?.(`${what}; ${more}. Pay for the next?`)) continue;
    throw new UserError(`${what}: nothing was sent`, {
      kind: 'incomplete',
      hint: 'choose another model in a new job, or agree to pay for the next',
      advice: { code: 'pay-in-vain' },
    });
  }
}

/** A question whose answer must be yes, and what is said where nobody can be asked. */
export interface Asked {
  question: string;
  refusal: UserError;
}

/** @throws {UserError} `declined` for a no; the question's own where nobody can be asked. */
export async function agreeTo(asked: Asked | undefined, confirm: RunOptions['confirm']): Promise<void> {
  if (!asked) return;
  if (!confirm) throw asked.refusal;
  if (!(await confirm(asked.question))) throw new UserError('answered no: nothing was done', { kind: 'declined' });
}

/** What prices depend on beside the jobs. */
interface PricedWith {
  providers: ReadonlyMap<string, ReadyProvider>;
  references: ReadonlyMap<string, Reference>;
}

/** What jobs that pay again may cost, a sentence each. */
export function pricesOfAgain(jobs: readonly PricedJob[], { providers, references }: PricedWith): LiveEvent[] {
  return jobs.flatMap((job): LiveEvent[] => {
    const { settings, alike, paysAgain, before } = job;
    const shots = alike.reduce((sum, group) => sum + group.shots, 0);
    const ready = providers.get(settings.provider);
    if (!paysAgain || !ready || shots === 0) return [];
    const total = { spentMicros: 0, reservedMicros: 0 };
    const { worstMicros } = estimate(
      [{ settings, ready, standIns: standInsOf(settings, providers), alike, references, total }],
      total,
    );
    if (worstMicros === 0) return [];
    const what = `${shots} ${shots === 1 ? 'picture' : 'pictures'}${before ? ` of job ${before.id}` : ''}`;
    const message = `${what} may cost up to ${usdText(worstMicros)} more at ${settings.provider}`;
    return [{ event: 'notice', level: 'info', message }];
  });
}

/** @throws {UserError} `budget` when the worst case would pass a cap and nobody agrees to make as many as fit. */
export async function assertAgreed(
  { ledger }: Pick<Project, 'ledger'>,
  jobs: readonly PricedJob[],
  { providers, references, confirm }: PricedWith & Pick<RunOptions, 'confirm'>,
): Promise<void> {
  const nothing = { spentMicros: 0, reservedMicros: 0 };
  const questions = jobs.flatMap((job) => {
    const { settings, before } = job;
    const ready = providers.get(settings.provider);
    const alike = stillToMake({ open: () => ledger.open() }, job);
    if (!ready || alike.length === 0) return [];
    const total = before ? ledger.open().jobs.total(before.id) : nothing;
    return [{ settings, ready, standIns: standInsOf(settings, providers), alike, references, total }];
  });
  const found = estimate(questions, ledger.exists ? ledger.open().queries.today() : nothing);
  for (const { besides } of jobs) await agreeToSecondSet(besides, found.worstMicros, confirm);
  if (!found.passes) return;
  // Where not one fits, making as many as fit would make none.
  if (found.passes.someFit && (await confirm?.(`${capWords(found)}. Make as many as fit?`))) return;
  throw capRefusal(found);
}

/** Without what another process has made since the job was planned: its cost is in the total by now. */
function stillToMake({ open }: { open: () => Ledger }, { before, alike, requeues = [] }: PricedJob): AlikeShots[] {
  if (!before) return [...alike];
  const counts = open().jobs.counts(before.id);
  let left = requeues.reduce((sum, state) => sum + counts[state], counts.queued);
  return alike.flatMap((group) => {
    const shots = Math.min(group.shots, left);
    left -= shots;
    return shots === 0 ? [] : [{ ...group, shots }];
  });
}

/** Whoever can be asked is asked before a second set of pictures is paid. @throws {UserError} `declined` for a no. */
async function agreeToSecondSet(
  besides: string | undefined,
  worstMicros: number,
  confirm: RunOptions['confirm'],
): Promise<void> {
  if (besides === undefined || worstMicros === 0 || !confirm) return;
  if (await confirm(`${besides}, for up to ${usdText(worstMicros)}. Make them?`)) return;
  throw new UserError('answered no: nothing was done', { kind: 'declined' });
}
