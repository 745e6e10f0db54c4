/** The caps that a user gave, held against what the services charged. */
import type { Purchase } from './purchases.ts';

/** Caps of a job in micro-dollars; those that nobody gave are left out. */
export interface UserCaps {
  runMicros?: number;
  imageMicros?: number;
  dayMicros?: number;
}

/** Which purchases of this command passed a cap of their job. `all`: those of earlier commands and these. */
export function capProblems({
  caps,
  now,
  all,
}: {
  caps: ReadonlyMap<number, UserCaps>;
  now: readonly Purchase[];
  all: readonly Purchase[];
}): string[] {
  const problems = now.flatMap((purchase) => {
    const { job, shot, charge } = purchase;
    const { runMicros, imageMicros, dayMicros } = caps.get(job.id) ?? {};
    const earlier = all.slice(0, all.indexOf(purchase) + 1);
    const day = charge.at.slice(0, 10);
    return [
      over(`job ${job.id}`, runMicros, sum(earlier.filter((one) => one.job.id === job.id))),
      over(`shot ${shot.id} of job ${job.id}`, imageMicros, sum(earlier.filter((one) => one.shot.id === shot.id))),
      over(`the day, for job ${job.id}`, dayMicros, sum(earlier.filter((one) => one.charge.at.startsWith(day)))),
    ];
  });
  return problems.filter((problem) => problem !== undefined);
}

function sum(purchases: readonly Purchase[]): number {
  return purchases.reduce((total, { charge }) => total + charge.amountMicros, 0);
}

function over(what: string, capMicros: number | undefined, micros: number): string | undefined {
  if (capMicros === undefined || micros <= capMicros) return undefined;
  return `${what} was charged ${micros} micro-dollars, above the cap of ${capMicros}`;
}
