/** Deaths at each point of a life, and what is left of it. */
import { expect } from 'vitest';
import { type Death, Life, type ProcessOptions } from './life.ts';
import { type Subject, SUBJECTS, type SubjectName } from './subjects.ts';

/** Shots of the job; the first death hits the first of them. */
const SHOTS = 2;

/** Points that every run passes. */
const ALWAYS = ['intent', 'sending', 'answered', 'generated', 'named', 'linked', 'done'];

/** The points of a provider, and the requests that may be under way when it dies. */
export function deathsOf(name: SubjectName): DeathCase['death'][] {
  const { recovery, reads, downloads, batch = false }: Subject = SUBJECTS[name];
  const points = [
    ...ALWAYS,
    ...(recovery === 'sync' ? ['staged'] : ['accepted']),
    ...(recovery === 'blind' ? ['id-kept'] : []),
    ...(batch ? [BEFORE_IT_LEFT, 'batch-answered', 'staged'] : []),
    ...(downloads ? ['downloaded'] : []),
  ];
  const requests = ['submit', ...reads, ...(downloads ? ['download'] : [])];
  return [...points.map((point) => ({ point })), ...requests.map((during) => ({ during }))];
}

/** A death, perhaps a second one while the next process goes on, and what has changed by then. */
export interface DeathCase {
  name: SubjectName;
  death: { point: string } | { during: string };
  second?: string;
  change?: ProcessOptions;
}

/** What a case is called. */
export function told({ name, death, second }: DeathCase): string {
  const where = 'point' in death ? `at ${death.point}` : `during ${death.during}`;
  return `${name} ${where}${second === undefined ? '' : `, then at ${second}`}`;
}

/** A batch that no list tells of is never sent again by itself, also where it has not left: all of it is in doubt. */
const BEFORE_IT_LEFT = 'batch-sending';

/** How many shots may be in doubt after so many deaths. */
function heldMost({ name, death, second }: DeathCase, deaths: number): number {
  if (SUBJECTS[name].recovery !== 'found') return deaths;
  const points = [...('point' in death ? [death.point] : []), second];
  return points.includes(BEFORE_IT_LEFT) ? SHOTS : 0;
}

/** What a case came to. */
export interface Lived {
  deaths: number;
  held: number;
}

/** Plays a case: nothing is paid twice or lost, and in doubt is only what its provider can't be asked for. */
export async function outlive(one: DeathCase): Promise<Lived> {
  const { name, death, second, change = {} } = one;
  const faults = 'during' in death ? [{ on: death.during, kind: 'hang' as const, times: 1 }] : [];
  const dies: Death = 'during' in death ? 'at the fault' : death;
  const life = await Life.begin(name, { shots: SHOTS, faults });
  try {
    let deaths = Number(await life.process({ dies }));
    expect(deaths, 'it died').toBe(1);
    if (second !== undefined) deaths += Number(await life.process({ dies: { point: second }, ...change }));
    await life.settle(change);
    const { violations, figures, states } = life.look();
    const { done = 0, held = 0 } = states;
    expect(violations).toEqual([]);
    expect({ done: done + held, paidTwice: figures.paidTwice, lost: figures.lost }).toEqual({
      done: SHOTS,
      paidTwice: 0,
      lost: 0,
    });
    expect(figures.charges).toBeLessThanOrEqual(SHOTS);
    expect(held).toBeLessThanOrEqual(heldMost(one, deaths));
    // Before its request left nothing is in doubt.
    if ('point' in death && death.point === 'intent' && second === undefined) expect(held).toBe(0);
    return { deaths, held };
  } finally {
    await life.close();
  }
}
