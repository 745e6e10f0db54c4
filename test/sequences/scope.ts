/** What a command may do at all: which jobs it makes, and for which it buys. */
import type { Charge } from '../emulators/service.ts';
import type { Purchase } from './purchases.ts';
import type { JobRow, Snapshot } from './snapshot.ts';
import type { Step } from './steps.ts';

/** A command that has ended, and the ledger, files and service before and after it. */
export interface Carried {
  step: Step;
  args: readonly string[];
  /** Exit code; null: killed. */
  code: number | null;
  /** All that it said. */
  words: string;
  /** A question came up and was answered with no. */
  declined: boolean;
  before: Snapshot;
  after: Snapshot;
  charges: readonly Charge[];
}

const PAYING = new Set<Step['do']>(['create', 'avatar', 'pack', 'reroll', 'resume', 'retry']);

/** States of shots that nobody but `retry` goes on with. */
const ENDED = new Set(['failed', 'refused', 'held', 'done']);

/** Nobody agreed, or the program would not begin. */
export function isRefused({ code, words, declined }: Carried): boolean {
  const [didNotGoOn] = refusedJobs({ words });
  return declined || code === 2 || (code === 4 && didNotGoOn === undefined && words.includes('nothing was sent'));
}

/** Jobs that did not go on while others did: what is paid of them is collected, and nothing else. */
export function refusedJobs({ words }: Pick<Carried, 'words'>): number[] {
  return [...words.matchAll(/job (\d+) does not go on: /g)].map(([, id]) => Number(id));
}

/** What was refused or declined leaves nothing, and what makes nothing buys nothing. */
export function refusalProblems(carried: Carried, made: readonly JobRow[]): string[] {
  const { step, charges } = carried;
  const isDry = step.do === 'pack' && step.how === 'dry run';
  const makesNothing = PAYING.has(step.do) ? undefined : `${step.do} makes nothing`;
  const why = makesNothing ?? (isDry ? 'a dry run' : isRefused(carried) ? 'refused' : undefined);
  if (why === undefined) return [];
  return [
    ...(charges.length > 0 ? [`${why}, and ${charges.length} pictures were bought`] : []),
    ...(made.length > 0 ? [`${why}, and job ${made.map(({ id }) => id).join(', ')} was left`] : []),
  ];
}

/** New jobs are those that were asked for, no larger. */
export function madeProblems(step: Step, made: readonly JobRow[]): string[] {
  if (made.length === 0) return [];
  const most = mostOf(step);
  const shots = made.reduce((sum, job) => sum + Math.max(job.images, job.shots), 0);
  const kinds = made.filter(({ kind }) => !most.kinds.includes(kind)).map(({ kind }) => kind);
  return [
    ...(shots > most.shots ? [`${shots} pictures are planned, ${most.shots} were asked for`] : []),
    ...(kinds.length > 0 ? [`${step.do} made a job of another kind: ${kinds.join(', ')}`] : []),
  ];
}

function mostOf(step: Step): { shots: number; kinds: readonly string[] } {
  if (step.do === 'create') return { shots: step.training + 1, kinds: ['create', 'reroll'] };
  if (step.do === 'avatar') return { shots: step.count, kinds: ['avatar'] };
  if (step.do === 'pack') return { shots: step.count, kinds: ['pack'] };
  if (step.do === 'reroll') return { shots: step.images.length, kinds: ['reroll'] };
  return { shots: 0, kinds: [] };
}

/** A job keeps its size, and one that has ended its provider. */
export function changeProblems(before: Snapshot, after: Snapshot): string[] {
  return before.jobs.flatMap((job) => {
    const now = after.jobs.find(({ id }) => id === job.id);
    if (!now) return [`job ${job.id} is gone`];
    const changed = (['kind', 'key', 'images', 'shots', 'provider', 'model', 'fallback'] as const).filter(
      (field) => now[field] !== job[field],
    );
    return changed.map((field) => `${field} of job ${job.id} was ${job[field]} and is ${now[field]}`);
  });
}

/** A purchase is of a job that the command goes on with, of a shot that was to be made, at a provider of the job. */
export function scopeProblems(carried: Carried, purchase: Purchase, made: readonly JobRow[]): string[] {
  const { step, args, before } = carried;
  const { job, shot, provider } = purchase;
  const problems: string[] = [];
  if (refusedJobs(carried).includes(job.id)) problems.push(`job ${job.id} did not go on, and was bought for`);
  const names = [job.provider, ...(JSON.parse(job.fallback) as string[])];
  if (!names.includes(provider)) problems.push(`job ${job.id} is of ${names.join(', ')}, and ${provider} was paid`);
  if (made.some(({ id }) => id === job.id)) return problems;
  const kinds = mostOf(step).kinds;
  if (kinds.length > 0 && !kinds.includes(job.kind)) problems.push(`${step.do} bought for ${job.kind} job ${job.id}`);
  if ('job' in step && step.do !== 'cancel' && step.job !== undefined && Number(args[1]) !== job.id)
    problems.push(`${step.do} ${args[1]} bought for job ${job.id}`);
  const was = before.shots.find(({ id }) => id === shot.id)?.state ?? 'unknown';
  // A canceled job is taken up by a person's word; the character's own pictures by asking for them again.
  const isWaiting = !ENDED.has(was) && (was !== 'canceled' || step.do === 'create');
  const isHeld = was === 'held' && provider !== 'openai';
  // What failed and was not charged is missing still.
  const isMissing = was === 'failed' && step.do === 'create';
  if (step.do !== 'retry' && !isWaiting && !isHeld && !isMissing)
    problems.push(`${step.do} bought shot ${shot.id} of job ${job.id}, which was ${was}`);
  return problems;
}
