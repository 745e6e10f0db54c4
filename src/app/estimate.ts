/** What pictures may cost at most, and the caps that stop them: looked at before anything is paid. */
import type { BudgetCap } from '../events.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { Total } from '../ledger/budget.ts';
import type { JobSettings } from '../ledger/records.ts';
import { comparesFaces } from '../ledger/settings.ts';
import type { Price } from '../providers/capabilities.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { unfitToStandIn } from '../runner/fallback.ts';
import { isBatched, makerOf } from '../runner/in-batch.ts';
import { shotSettings } from '../runner/request.ts';
import { sourceOf, type Reference, type ShotKind, type ShotSettings } from '../shot.ts';
import { expectedReferences } from './likeness.ts';

/** What a job that is about to run may cost. */
export interface CostQuestion {
  settings: JobSettings;
  ready: ReadyProvider;
  /** Its fallbacks. */
  standIns?: readonly ReadyProvider[] | undefined;
  /** Shots that will be made. */
  alike: readonly AlikeShots[];
  /** The config's references, read. */
  references?: ReadonlyMap<string, Reference> | undefined;
  /** What the job has cost so far. */
  total: Total;
  /** The most that a picture of the job has cost, where that was above its price; default 0. */
  toldMicros?: number | undefined;
}

/** A cap that would be passed; `enoughMicros`: the least cap that all stay under; `someFit`: one picture, at least. */
interface PassedCap {
  cap: BudgetCap;
  capMicros: number;
  spentMicros: number;
  enoughMicros: number;
  someFit: boolean;
}

/** What the shots of some jobs may cost at most, and the cap that stops them before their end, if one will. */
export interface Estimate {
  shots: number;
  /** Other takes of them at most, where the face is not the same. */
  takes: number;
  worstMicros: number;
  /** What the jobs before these, of the same run, may cost. */
  beforeMicros: number;
  passes: PassedCap | undefined;
}

/** A shot as far as its price depends on it. */
export interface PricedShot {
  /** What it has of its own. */
  own?: ShotSettings | undefined;
  prompt: string;
  /** The avatar goes without an avatar. Default: `gallery`. */
  kind?: ShotKind | undefined;
  /** The config's references, read. */
  known?: ReadonlyMap<string, Reference> | undefined;
}

/** What one picture costs at most, in micro-dollars, its references included; undefined when nobody knows. */
export function worstOf(job: JobSettings, ready: ReadyProvider, shot: PricedShot): number | undefined {
  return priceOf(job, ready, shot)?.worstMicros;
}

/** The price of one picture with its references; undefined when nobody knows. */
export function priceOf(job: JobSettings, ready: ReadyProvider, shot: PricedShot): Price | undefined {
  const { provider } = makerOf(ready, job, shot.kind);
  const { own = {}, prompt } = shot;
  const { model, width, height, quality } = shotSettings(job, own);
  const can = provider.capabilities(model);
  const references = expectedReferences({ ...job, own: own.references ?? [] }, { can, ...shot });
  return provider.price({ model, width, height, quality, prompt, references });
}

/** The fallbacks of a job that can be asked. */
export function standInsOf(
  { fallback }: Pick<JobSettings, 'fallback'>,
  providers: ReadonlyMap<string, ReadyProvider>,
): ReadyProvider[] {
  return fallback.flatMap((name) => providers.get(name) ?? []);
}

/**
 * What one picture costs at most, whoever makes it: the job's own provider, or the dearest fallback that may be asked.
 * Micro-dollars; a price that nobody knows counts as 0.
 */
export function dearestOf(
  job: JobSettings,
  makers: Pick<CostQuestion, 'ready' | 'standIns'>,
  shot: PricedShot,
): number {
  const { ready } = makers;
  const { standIns = [] } = isBatched(job, shot.kind) ? {} : makers;
  return Math.max(worstOf(job, ready, shot) ?? 0, ...standIns.map((other) => standInWorst(job, other, shot)));
}

/** What a fallback takes for a picture at most; 0 when it is not asked for it. */
function standInWorst(job: JobSettings, other: ReadyProvider, shot: PricedShot): number {
  const { model } = other;
  const settings = shotSettings(job, shot.own ?? {}, shot.kind);
  const price = () => priceOf({ ...job, model }, other, shot);
  const promptChars = shot.prompt.length;
  const hasPrompt = promptChars > 0 || !sourceOf(settings.references);
  const given = settings.references.length;
  // With the avatar, where no reference is given, or without one.
  const isAsked = [given, Math.max(1, given)].some(
    (references) => unfitToStandIn(other, model, { settings, references, promptChars, hasPrompt, price }) === undefined,
  );
  return isAsked ? (price()?.worstMicros ?? 0) : 0;
}

/**
 * Adds up the worst case of what is left to do, against the caps of each job and of the day. @param beforeMicros what
 * other jobs of the same run may cost before these.
 */
export function estimate(jobs: readonly CostQuestion[], today: Total, beforeMicros = 0): Estimate {
  let shots = 0;
  let takes = 0;
  let worstMicros = 0;
  let passes: Estimate['passes'];
  for (const job of jobs) {
    const { total } = job;
    const { caps } = job.settings;
    const costs = costsOf(job);
    const jobMicros = worstOfAll(costs);
    takes += costs.reduce((sum, cost) => sum + cost.takes, 0);
    shots += costs.reduce((sum, cost) => sum + cost.shots, 0);
    worstMicros += jobMicros;
    if (jobMicros === 0) continue;
    passes ??= overOnePicture(caps.perImageMicros, costs);
    const nextMicros = costs[0]?.eachMicros ?? 0;
    passes ??= over('run', caps.perRunMicros, { total, moreMicros: jobMicros, nextMicros });
    passes ??= over('day', caps.perDayMicros, { total: today, moreMicros: beforeMicros + worstMicros, nextMicros });
  }
  return { shots, takes, worstMicros, beforeMicros, passes };
}

/** A group of shots, and what each costs at most: made by the job's own provider, or by the dearest fallback. */
export interface GroupCost extends AlikeShots {
  takes: number;
  eachMicros: number;
  dearestMicros: number;
}

/** What the shots of a job cost at most, group by group. */
export function costsOf({ settings, ready, standIns, alike, references, toldMicros = 0 }: CostQuestion): GroupCost[] {
  return alike.map((group) => {
    const shot = { own: group.own, kind: group.kind, prompt: 'x'.repeat(group.promptChars), known: references };
    // No fallback is asked that costs more than one picture may.
    const eachMicros = Math.max(worstOf(settings, ready, shot) ?? 0, toldMicros);
    const dearestMicros = Math.max(dearestOf(settings, { ready, standIns }, shot), toldMicros);
    return { ...group, takes: takesOf(settings, ready, group), eachMicros, dearestMicros };
  });
}

/** The sum of them, other takes included. */
export function worstOfAll(costs: readonly GroupCost[]): number {
  return costs.reduce((sum, cost) => sum + (cost.shots + cost.takes) * cost.dearestMicros, 0);
}

/** Other takes of a group of shots at most: where faces are compared and a likeness was asked for. */
function takesOf(settings: JobSettings, { provider }: ReadyProvider, of: AlikeShots): number {
  const { minConsistency, rerolls = 0, model } = settings;
  const isMeasured = comparesFaces(settings) && minConsistency !== undefined && of.kind !== 'avatar';
  return isMeasured && provider.capabilities(model).keepsFace !== 'drawn' ? of.shots * rerolls : 0;
}

/** @param of.nextMicros of the picture that is made next. */
function over(
  cap: BudgetCap,
  capMicros: number | undefined,
  of: { total: Total; moreMicros: number; nextMicros: number },
): PassedCap | undefined {
  const spentMicros = of.total.spentMicros + of.total.reservedMicros;
  const enoughMicros = spentMicros + of.moreMicros;
  if (capMicros === undefined || enoughMicros <= capMicros) return undefined;
  return { cap, capMicros, spentMicros, enoughMicros, someFit: spentMicros + of.nextMicros <= capMicros };
}

/**
 * When a picture by itself costs more than its cap, or none fits for what it has cost already. Where some fit these are
 * made; the others end as they were, or stay held.
 */
function overOnePicture(
  capMicros: number | undefined,
  costs: readonly { spentMicros?: number; eachMicros: number }[],
): Estimate['passes'] {
  if (capMicros === undefined) return undefined;
  const needs = costs.map(({ spentMicros = 0, eachMicros }) => ({
    spentMicros,
    enoughMicros: spentMicros + eachMicros,
  }));
  const most = needs.toSorted((a, b) => b.enoughMicros - a.enoughMicros)[0];
  const noneFits = needs.every(({ enoughMicros }) => enoughMicros > capMicros);
  const isTooDear = costs.some(({ eachMicros }) => eachMicros > capMicros);
  // Under the cap of an image not one would be made.
  return most && (noneFits || isTooDear) ? { cap: 'image', capMicros, ...most, someFit: false } : undefined;
}
