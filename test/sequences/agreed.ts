/**
 * What a user has agreed to, kept beside the program: jobs that may be made, caps, pictures that may be bought again.
 * Each command's charges are held against it.
 */
import { capProblems, type UserCaps } from './caps.ts';
import { type Purchase, purchasesOf, sameAs } from './purchases.ts';
import type { JobRow, ShotRow, Snapshot } from './snapshot.ts';
import type { GivenCaps } from './steps.ts';
import {
  type Carried,
  changeProblems,
  isRefused,
  madeProblems,
  refusalProblems,
  refusedJobs,
  scopeProblems,
} from './scope.ts';

export class Agreed {
  private readonly caps = new Map<number, UserCaps>();
  private readonly bought = new Map<string, number>();
  private readonly asked = new Map<string, number>();
  private readonly attempts = new Set<number>();
  private readonly purchases: Purchase[] = [];
  private config: GivenCaps = { budget: undefined, maxImage: undefined, maxDay: undefined };

  /** Caps of new jobs, unless a flag says others. */
  configure(caps: GivenCaps): void {
    this.config = caps;
  }

  /** How many pictures were bought. */
  get count(): number {
    return this.purchases.length;
  }

  /** Everything that a command did and was not asked for, a sentence each. */
  problemsOf(carried: Carried): string[] {
    const { step, before, after } = carried;
    const { purchases, orphans } = purchasesOf(carried.charges, after, this.attempts);
    for (const { id } of after.attempts) this.attempts.add(id);
    const made = after.jobs.filter(({ id }) => !before.jobs.some((job) => job.id === id));
    this.askAgain(carried);
    this.takeCaps(carried, made, purchases);
    this.purchases.push(...purchases);
    return [
      ...after.problems,
      ...orphans.map(({ service, note }) => `${service} was paid for no shot: ${JSON.stringify(note)}`),
      ...refusalProblems(carried, made),
      ...madeProblems(step, made),
      ...changeProblems(before, after),
      ...purchases.flatMap((purchase) => scopeProblems(carried, purchase, made)),
      ...this.twice(purchases),
      ...capProblems({ caps: this.caps, now: purchases, all: this.purchases }),
    ];
  }

  /** Shots that the user asks to pay for once more. */
  private askAgain(carried: Carried): void {
    const { step, args, before, after } = carried;
    const more = (shots: readonly ShotRow[]) => {
      for (const shot of shots)
        // However often it is asked for before it is bought: once more.
        for (const key of keysOf(shot, before)) this.asked.set(key, this.bought.get(key) ?? 0);
    };
    if (step.do === 'retry' && !isRefused(carried)) {
      const named = step.job === undefined ? undefined : Number(args[1]);
      const states = ['failed', 'refused', ...(named ? ['canceled'] : []), ...(step.unknown ? ['held'] : [])];
      more(before.shots.filter(({ jobId, state }) => (named ?? jobId) === jobId && states.includes(state)));
    }
    // A picture that its user removed is made again when it is asked for; a rejected one with another seed.
    const gone = before.pictures.filter(
      ({ id, state, review }) =>
        state === 'stored' &&
        review !== 'rejected' &&
        after.pictures.some((picture) => picture.id === id && picture.state === 'removed'),
    );
    const removed = new Set(gone.map(({ shotId }) => shotId));
    more(before.shots.filter(({ id }) => removed.has(id)));
  }

  private takeCaps(
    { step, after, before, words }: Carried,
    made: readonly JobRow[],
    bought: readonly Purchase[],
  ): void {
    if (!('caps' in step) || step.do === 'config') return;
    for (const { id } of made) this.caps.set(id, microsOf(withOver(this.config, step.caps)));
    const settingsBefore = new Map(before.jobs.map(({ id, settings }) => [id, settings]));
    const refused = refusedJobs({ words });
    const touched = after.jobs.filter(
      ({ id, settings }) =>
        settingsBefore.has(id) &&
        !refused.includes(id) &&
        (settingsBefore.get(id) !== settings ||
          bought.some(({ job }) => job.id === id) ||
          new RegExp(`"job_id":"${id}"`).test(words)),
    );
    for (const { id } of touched) this.caps.set(id, { ...this.caps.get(id), ...microsOf(step.caps) });
  }

  private twice(purchases: readonly Purchase[]): string[] {
    return purchases.flatMap((purchase) => {
      const { sameAs: key, job, shot } = purchase;
      const count = (this.bought.get(key) ?? 0) + 1;
      this.bought.set(key, count);
      if (count <= 1 + (this.asked.get(key) ?? 0)) return [];
      return [
        `bought ${count} times, asked for ${1 + (this.asked.get(key) ?? 0)}: shot ${shot.id} of job ${job.id}, ${key}`,
      ];
    });
  }
}

/** As what a shot was or may be bought. */
function keysOf(shot: ShotRow, { jobs, attempts }: Snapshot): Set<string> {
  const job = jobs.find(({ id }) => id === shot.jobId);
  const tried = attempts.filter(({ shotId }) => shotId === shot.id);
  return new Set([
    ...tried.map(({ provider, model }) => sameAs(provider, model, shot)),
    ...(job ? [sameAs(job.provider, job.model, shot)] : []),
  ]);
}

function withOver(config: GivenCaps, flags: GivenCaps): GivenCaps {
  return {
    budget: flags.budget ?? config.budget,
    maxImage: flags.maxImage ?? config.maxImage,
    maxDay: flags.maxDay ?? config.maxDay,
  };
}

function microsOf({ budget, maxImage, maxDay }: GivenCaps): UserCaps {
  const micros = (usd: number) => Math.round(usd * 1e6);
  return {
    ...(budget === undefined ? {} : { runMicros: micros(budget) }),
    ...(maxImage === undefined ? {} : { imageMicros: micros(maxImage) }),
    ...(maxDay === undefined ? {} : { dayMicros: micros(maxDay) }),
  };
}
