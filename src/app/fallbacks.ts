/** What is to be known of the fallbacks of a job before anything is paid. */
import { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { JobSettings } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import type { Capabilities } from '../providers/capabilities.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { unfitToStandIn } from '../runner/fallback.ts';
import { isForKind } from '../runner/roles.ts';
import { keepsPerson } from '../runner/unfit.ts';
import { priceOf, worstOf } from './estimate.ts';
import { isEdit } from './preflight.ts';
import type { Services } from './services.ts';

/** A job whose fallbacks are looked at. */
interface FallbackJob {
  settings: JobSettings;
  alike: readonly AlikeShots[];
}

/**
 * A sentence for each fallback that gives less than the job's own provider: no seed, no face, another price, or that is
 * not asked at all. Those that are not in `providers` have been told of.
 */
export function fallbackNotices(jobs: readonly FallbackJob[], providers: ReadonlyMap<string, ReadyProvider>): string[] {
  const notices = jobs.flatMap(({ settings, alike }) => {
    const main = providers.get(settings.provider);
    if (!main || alike.length === 0) return [];
    return settings.fallback.flatMap((name) => {
      const other = providers.get(name);
      return other ? (noticeOf(settings, alike, { main, other }) ?? []) : [];
    });
  });
  return [...new Set(notices)];
}

/** The providers of a plan with its fallbacks; those that can't be asked are left out. */
export async function withFallbacks(
  services: Services,
  { provider, fallback }: Pick<JobSettings, 'provider' | 'fallback'>,
): Promise<Map<string, ReadyProvider>> {
  const providers = new Map([[provider, await services.provider(provider)]]);
  for (const name of fallback) {
    try {
      providers.set(name, await services.provider(name));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return providers;
}

function noticeOf(
  job: JobSettings,
  alike: readonly AlikeShots[],
  { main, other }: { main: ReadyProvider; other: ReadyProvider },
): string | undefined {
  const { model } = other;
  const fitting = job.references.filter((given) => alike.some(({ kind = 'gallery' }) => isForKind(given, kind)));
  const goAlong = alike.find(isEdit)?.own.references ?? fitting;
  const settings = { ...job, references: goAlong };
  const who = `${other.provider.name} (${model})`;
  const most = Math.max(...alike.map(({ promptChars }) => promptChars));
  const hasPrompt = most > 0 || !alike.some(isEdit);
  const shot = { prompt: 'x'.repeat(most) };
  const worst = (ready: ReadyProvider, own: string) => worstOf({ ...settings, model: own }, ready, shot);
  const why = (references: number): string | undefined => {
    const price = () => priceOf({ ...settings, model }, other, shot);
    return unfitToStandIn(other, model, { settings, references, promptChars: most, hasPrompt, price });
  };
  const own = main.provider.capabilities(settings.model);
  const bare = why(settings.references.length);
  const withFace = own.referencesMax > 0 ? why(Math.max(1, settings.references.length)) : bare;
  if (bare !== undefined && withFace !== undefined) return `the fallback ${who} is not asked: ${bare}`;
  if (withFace !== undefined) return `the fallback ${who} is asked only for pictures without a reference: ${withFace}`;
  if (bare !== undefined) return `the fallback ${who} is asked only for pictures with a reference: ${bare}`;
  const less = lessThan(own, other.provider.capabilities(model));
  const [here, there] = [worst(main, settings.model) ?? 0, worst(other, model) ?? 0];
  if (there > here) less.push(`a picture may cost up to ${usdText(there)} (${main.provider.name}: ${usdText(here)})`);
  if (less.length === 0) return undefined;
  return `while ${main.provider.name} is unavailable, ${who} is asked: ${less.join('; ')}`;
}

function lessThan(own: Capabilities, other: Capabilities): string[] {
  const noSeed = own.seed !== 'none' && other.seed === 'none';
  const lessSeed = own.seed === 'exact' && other.seed === 'best-effort';
  const noFace = keepsPerson(own) && !keepsPerson(other);
  const seed = noSeed ? ['it has no seed'] : lessSeed ? ['its seed is best effort'] : [];
  return [...seed, ...(noFace ? ['it does not keep the face'] : [])];
}
