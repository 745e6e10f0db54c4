/** Why jobs of a run do not go on: what one is refused for leaves the others their turn. */
import { UserError, type UserErrorKind } from '../errors.ts';
import type { Advice } from '../advice.ts';
import type { Job } from '../ledger/records.ts';

/** A job that does not go on in this run. What it has paid for is collected all the same. */
export interface Refusal {
  jobId: string;
  kind: UserErrorKind;
  message: string;
  /** What to do next: in the library's words, and as data. */
  hint?: string | undefined;
  advice?: Advice | undefined;
}

/** A person answered no. */
export class AnsweredNo extends UserError {
  constructor() {
    super('answered no: nothing was bought', { kind: 'declined' });
  }
}

/** A job as far as it matters here; `before`: it goes on. */
interface RefusedJob {
  before: Job | undefined;
}

/** What the jobs of one run were refused for. */
export class Refusals {
  private readonly errors: Map<number, UserError>;

  constructor(known: Iterable<readonly [number, UserError]> = []) {
    this.errors = new Map(known);
  }

  /** The same, to be added to. */
  copy(): Refusals {
    return new Refusals(this.errors);
  }

  /** Ids of the jobs. */
  get jobIds(): ReadonlySet<number> {
    return new Set(this.errors.keys());
  }

  /** Why a job does not go on; undefined: it does. */
  of({ before }: RefusedJob): UserError | undefined {
    return before && this.errors.get(before.id);
  }

  /** Those of these jobs that go on. */
  left<J extends RefusedJob>(jobs: readonly J[]): J[] {
    return jobs.filter((job) => this.of(job) === undefined);
  }

  /**
   * Does a part of a job's preparation. What a job that goes on is refused for concerns that job alone: it is kept, and
   * the answer is undefined. @throws {UserError} for a new job: nothing of the whole run is made then; and when a
   * person ended the run at a question.
   */
  async attempt<T>(job: RefusedJob, part: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await part();
    } catch (error) {
      this.keep(job, error);
      return undefined;
    }
  }

  /** The same for a part that does not wait. @throws as `attempt`. */
  attemptNow(job: RefusedJob, part: () => void): void {
    try {
      part();
    } catch (error) {
      this.keep(job, error);
    }
  }

  private keep({ before }: RefusedJob, error: unknown): void {
    if (!(error instanceof UserError) || !before) throw error;
    if (error.kind === 'busy') throw error;
    if (error.kind === 'declined' && !(error instanceof AnsweredNo)) throw error;
    if (!this.errors.has(before.id)) this.errors.set(before.id, error);
  }

  /** In plain data. */
  told(): Refusal[] {
    return [...this.errors].map(([jobId, { kind, message, problems, hint, advice }]) => {
      const whole = [message, ...problems].join('; ');
      return { jobId: String(jobId), kind, message: whole, hint, advice };
    });
  }
}
