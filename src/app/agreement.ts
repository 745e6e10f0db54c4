/** What is said of the price of a run before it begins, and asked: each question is of one job and stops that alone. */
import { UserError } from '../errors.ts';
import type { LiveEvent } from '../events.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import { usdText } from '../money.ts';
import { canBeCleared } from '../runner/askable.ts';
import { IN_A_ROW_MAX } from '../runner/paid-in-vain.ts';
import { toldOf } from './caps-needed.ts';
import { capRefusal, capWords, picturesWords, takesNotice } from './cap-words.ts';
import { estimate, standInsOf } from './estimate.ts';
import { lookFirst } from './older-ledger.ts';
import type { PlannedJob } from './planned-job.ts';
import type { Prepared } from './prepare.ts';
import type { Project } from './project.ts';
import { AnsweredNo, type Refusals } from './refusals.ts';
import type { RunOptions } from './run.ts';
import { askWithoutFace, type AgreedWithoutFace } from './without-face.ts';

/** What was agreed to, and what was not. */
export interface Agreed {
  refusals: Refusals;
  /** Jobs whose shots are looked up before they are sent. */
  lookFirst: ReadonlySet<number>;
  withoutFace: readonly AgreedWithoutFace[];
  /** To be told behind those of the preparation. */
  notices: readonly LiveEvent[];
}

interface AskingProject extends Pick<Project, 'ledger'> {
  services: Pick<Project['services'], 'drawing'>;
}

/** What is known before anything is asked. */
export type AskedOf = Pick<Prepared, 'jobs' | 'providers' | 'references' | 'refusals'>;

/**
 * Asks what has to be asked of each job. A job that goes on and that nobody agrees to is refused by itself.
 * @throws {UserError} for a new job that nobody agrees to, and when a person ended the run at a question.
 */
export async function agree(
  project: AskingProject,
  prepared: AskedOf,
  confirm: RunOptions['confirm'],
): Promise<Agreed> {
  const asking = new Asking(project, prepared, confirm);
  for (const job of prepared.refusals.left(prepared.jobs)) await asking.refusals.attempt(job, () => asking.ask(job));
  return asking;
}

/** The questions of one run, job by job. */
class Asking implements Agreed {
  readonly refusals: Refusals;
  readonly lookFirst = new Set<number>();
  readonly withoutFace: AgreedWithoutFace[] = [];
  readonly notices: LiveEvent[] = [];
  private readonly project: AskingProject;
  private readonly prepared: AskedOf;
  private readonly confirm: RunOptions['confirm'];
  /** What the jobs before this one may cost. */
  private plannedMicros = 0;

  constructor(project: AskingProject, prepared: AskedOf, confirm: RunOptions['confirm']) {
    this.project = project;
    this.prepared = prepared;
    this.confirm = confirm;
    this.refusals = prepared.refusals.copy();
  }

  async ask(job: PlannedJob): Promise<void> {
    const { confirm } = this;
    const { providers } = this.prepared;
    const { asks } = job;
    if (asks) await this.yes(asks.question, () => asks.refusal);
    const older = await lookFirst(this.project, job, { providers, confirm });
    if (older && job.before) this.lookFirst.add(job.before.id);
    const provider = providers.get(job.settings.provider)?.provider;
    const isAskable = provider !== undefined && canBeCleared(provider);
    const face = await askWithoutFace(this.project, job, { confirm, isAskable });
    const alike = this.stillToMake(job, face.stillAwaited);
    this.notices.push(...priceOfAgain(job, alike, this.prepared), ...(older ? [older] : []), ...face.notices);
    await this.payMore(job, alike);
    await this.payAtMost(job, alike);
    this.withoutFace.push(...face.agreed);
  }

  /**
   * Shots that this run can send: not those that another process has made since the job was planned, nor those that
   * wait for an avatar that nobody makes.
   */
  private stillToMake(
    { before, alike, requeues = [], unpaid, except }: PlannedJob,
    awaited: readonly number[],
  ): AlikeShots[] {
    if (!before) return [...alike];
    const { jobs, claims } = this.project.ledger.open();
    const running = this.refusals.left(this.prepared.jobs).flatMap((job) => job.before?.id ?? []);
    const notBehind = { shots: awaited, jobs: claims.idleBlockers(before.id, running) };
    return jobs.alike(before.id, ['queued', ...requeues], { unpaid, except, notBehind });
  }

  /** Before a job goes on whose last answers were paid and are no pictures: a stop after two is not undone unasked. */
  private async payMore({ settings, before, paidInVain }: PlannedJob, alike: readonly AlikeShots[]): Promise<void> {
    const shots = countOf(alike);
    if (!paidInVain || !before || shots === 0) return;
    const who = `${settings.provider} (${settings.model})`;
    const what = `${who} was paid, or perhaps paid, for the last answers of job ${before.id}, and they are no pictures`;
    const more = `the same may happen to ${Math.min(shots, IN_A_ROW_MAX)} more before it stops again`;
    await this.yes(
      `${what}; ${more}. Pay for the next?`,
      () =>
        new UserError(`${what}: nothing was sent`, {
          kind: 'incomplete',
          hint: 'choose another model in a new job, or agree to pay for the next',
          advice: { code: 'pay-in-vain' },
        }),
    );
  }

  /** Where the worst case of a job would pass a cap: `budget` when nobody agrees to make as many as fit. */
  private async payAtMost(job: PlannedJob, alike: readonly AlikeShots[]): Promise<void> {
    const { settings, before, besides } = job;
    const { providers, references } = this.prepared;
    const ready = providers.get(settings.provider);
    if (!ready || alike.length === 0) return;
    const { ledger } = this.project;
    const total = before ? ledger.open().jobs.total(before.id) : NOTHING;
    const toldMicros = before ? toldOf(ledger.open(), before.id, settings) : 0;
    const standIns = standInsOf(settings, providers);
    const question = { settings, ready, standIns, alike, references, total, toldMicros };
    const today = ledger.exists ? ledger.open().queries.today() : NOTHING;
    const found = estimate([question], today, this.plannedMicros);
    // Whoever can be asked is asked before a second set of pictures is paid.
    if (besides !== undefined && found.worstMicros > 0 && this.confirm)
      await this.yes(`${besides}, for up to ${usdText(found.worstMicros)}. Make them?`, () => new AnsweredNo());
    if (found.passes) {
      // Where not one fits, making as many as fit would make none.
      if (!found.passes.someFit) throw capRefusal(found);
      await this.yes(`${capWords(found)}. Make as many as fit?`, () => capRefusal(found));
    }
    const takes = job.paysAgain ? undefined : takesNotice(found);
    if (takes) this.notices.push({ event: 'notice', level: 'info', ...takes });
    this.plannedMicros += found.worstMicros;
  }

  /** @throws {UserError} `declined` for a no, `refusal` where nobody can be asked. */
  private async yes(question: string, refusal: () => UserError): Promise<void> {
    if (!this.confirm) throw refusal();
    if (!(await this.confirm(question))) throw new AnsweredNo();
  }
}

const NOTHING = { spentMicros: 0, reservedMicros: 0 };

function countOf(alike: readonly AlikeShots[]): number {
  return alike.reduce((sum, { shots }) => sum + shots, 0);
}

/** What a job that pays again may cost, a sentence. */
function priceOfAgain(
  { settings, paysAgain, before }: PlannedJob,
  alike: readonly AlikeShots[],
  { providers, references }: Pick<AskedOf, 'providers' | 'references'>,
): LiveEvent[] {
  const shots = countOf(alike);
  const ready = providers.get(settings.provider);
  if (!paysAgain || !ready || shots === 0) return [];
  const standIns = standInsOf(settings, providers);
  const found = estimate([{ settings, ready, standIns, alike, references, total: NOTHING }], NOTHING);
  if (found.worstMicros === 0) return [];
  const what = `${picturesWords(found)}${before ? ` of job ${before.id}` : ''}`;
  const message = `${what} may cost up to ${usdText(found.worstMicros)} more at ${settings.provider}`;
  return [{ event: 'notice', level: 'info', message }];
}
