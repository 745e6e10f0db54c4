/** Whether another provider may make a picture in place of the job's own. Pure. */
import type { JobSettings } from '../ledger/records.ts';
import type { Price } from '../providers/capabilities.ts';
import { exactUsdText, usdText } from '../money.ts';
import { sourceOf } from '../shot.ts';
import type { ReadyProvider } from './context.ts';
import { unfit, type Demand } from './unfit.ts';

/** What is asked of a fallback. `references`: those that the job's own provider gets. */
export interface StandInDemand extends Demand {
  /** What a picture of it costs; undefined: nobody knows. Asked only when it can make it. */
  price: () => Price | undefined;
}

/**
 * Why a fallback is not asked for a picture: it would drop references or the seed, can't make it, or costs more than
 * one picture may; undefined when it is asked.
 */
export function unfitToStandIn(other: ReadyProvider, model: string, demand: StandInDemand): string | undefined {
  const { settings, references } = demand;
  const why = unfit(other, model, demand);
  if (why !== undefined) return why;
  if (settings.lora !== undefined) return 'it has no LoRA of the character';
  const { withheld, qualities, keepsFace, referencesMin = 0, works } = other.provider.capabilities(model);
  if (sourceOf(settings.references) && keepsFace === 'drawn') return 'it draws anew, and edits no picture';
  if (references < referencesMin) return 'it needs a reference picture, and none goes along';
  if (references > 0 && withheld !== undefined && !(works && sourceOf(settings.references))) return `it ${withheld}`;
  if (settings.quality !== undefined && qualities.length > 0 && !qualities.includes(settings.quality))
    return `it has no quality ${JSON.stringify(settings.quality)}: it takes ${qualities.join(', ')}`;
  const price = demand.price();
  if (!price && !settings.allowUnknownPrice) return 'nobody knows what a picture of it costs';
  return overCap(settings, price);
}

function overCap({ caps }: JobSettings, price: Price | undefined): string | undefined {
  const cap = caps.perImageMicros;
  if (!price || cap === undefined || price.worstMicros <= cap) return undefined;
  return `a picture of it may cost up to ${usdText(price.worstMicros)}, and the cap of one is ${exactUsdText(cap)}`;
}
