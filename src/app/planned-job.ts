/** A job as a run takes it. */
import type { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { EndedState } from '../ledger/jobs.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import type { Capabilities } from '../providers/capabilities.ts';
import type { FaceJob } from './likeness.ts';
import type { Notice } from './notice.ts';

/**
 * A job that a run is to make or to go on with. Nothing of it is written before everything was checked and agreed to.
 */
export interface PlannedJob extends FaceJob {
  /** As they will be: with what the caller gave this time. */
  settings: JobSettings;
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  /** Shots to be made: how many of which kind. */
  alike: readonly AlikeShots[];
  /**
   * Looks whether another job makes the same. Called before anything is asked, and again in the transaction that opens
   * the job: another process may have begun it meanwhile. @throws {UserError}
   */
  assertMissing?: ((can: Capabilities) => void) | undefined;
  /** Writes the job into the ledger, or opens it again. Must be synchronous. */
  open: () => Job;
  /** Pays for pictures a second time: its price is said first. */
  paysAgain?: boolean | undefined;
  /** Its last answers were paid and are no pictures: it goes on only where somebody agrees. */
  paidInVain?: boolean | undefined;
  /** Said at the start: `going on with job 3`. */
  notice?: Notice | undefined;
  /** More of them. */
  notices?: readonly (Notice | undefined)[] | undefined;
  /** What another provider or model made of the same: a person is asked before more is paid. */
  besides?: string | undefined;
  /** Asked before anything is sent. */
  asks?: Asked | undefined;
  /** Shots in these states go back into the queue when the job is opened … */
  requeues?: readonly EndedState[] | undefined;
  /** … but for those that were paid, or perhaps paid, without a picture. */
  unpaid?: boolean | undefined;
  /** … and for these, by id: their answers are there. */
  except?: readonly number[] | undefined;
  /** Why it does not go on: only what is paid is collected. */
  refusal?: UserError | undefined;
}

/** A question whose answer must be yes, and what is said where nobody can be asked. */
export interface Asked {
  question: string;
  refusal: UserError;
}

/** How many shots a planned job is to make. */
export function shotsOf({ alike }: PlannedJob): number {
  return alike.reduce((sum, { shots }) => sum + shots, 0);
}
