import { UserError } from '../errors.ts';
import type {
  Capabilities,
  FaceKeeping,
  ModelRecord,
  Price,
  SeedSupport,
  SizeSupport,
} from '../providers/capabilities.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { JobSettings } from '../ledger/records.ts';
import { expectedReferences } from './likeness.ts';
import type { Notice } from './notice.ts';
import type { Project } from './project.ts';

/** A model, how it keeps a face, and what a picture of the config's size costs. */
export interface ModelInfo {
  provider: string;
  model: string;
  /** The model that is used when none is named. */
  isDefault: boolean;
  keepsFace: FaceKeeping;
  references: { min: number; max: number };
  /** The input that takes them, where the service names its inputs. */
  referenceInput: string | undefined;
  seed: SeedSupport;
  sizes: SizeSupport;
  qualities: readonly string[];
  negativePrompt: boolean;
  /** A sentence on the price; undefined: unknown. */
  priceNote: string | undefined;
  /**
   * `inBatch`: with a reference; undefined: it takes no batches. At worst, of a picture in the config's size and
   * quality; undefined: unknown, or the model has no such size.
   */
  price: { avatar: Price; withReference: Price; inBatch: Price | undefined } | undefined;
  /** ISO date of its end, where announced. */
  retiresOn: string | undefined;
}

/** How well a face is kept, best first. */
const KEEPING: readonly FaceKeeping[] = ['identity', 'references', 'edit', 'style', 'repaint', 'drawn', 'none'];

/**
 * All models of one provider or of all, best for a face first, with the price of this very job. Asks nobody, needs no
 * key. @throws {UserError} for a provider that is none.
 */
export async function listModels(
  { config, services }: Pick<Project, 'config' | 'services'>,
  { provider }: { provider?: string | undefined } = {},
): Promise<ModelInfo[]> {
  if (provider !== undefined && !services.providerNames.includes(provider)) services.entry(provider);
  const planning = services.forPlans();
  const names = services.providerNames.filter((name) => provider === undefined || name === provider);
  const all: ModelInfo[] = [];
  for (const name of names) {
    const { models } = await services.module(name);
    const { provider: made, model: standard } = await planning.provider(name);
    const live = models.filter((model) => model.retired === undefined && !isSnapshot(model.id, models));
    all.push(...live.map((model) => infoOf(made, model, { config, standard })).toSorted(byFace));
  }
  return all;
}

function infoOf(
  provider: ReadyProvider['provider'],
  record: ModelRecord,
  { config, standard }: { config: Project['config']; standard: string },
): ModelInfo {
  const can = capabilitiesOf(provider, record);
  const { keepsFace, referencesMax, referencesMin = 0, seed, sizes, qualities, negativePrompt } = can;
  return {
    provider: provider.name,
    model: record.id,
    isDefault: record.id === standard,
    keepsFace,
    references: { min: referencesMin, max: referencesMax },
    referenceInput: record.referenceInput,
    seed,
    sizes,
    qualities,
    negativePrompt,
    priceNote: record.priceNote,
    price: priceOf(provider, { id: record.id, capabilities: can }, config),
    retiresOn: record.retiresOn,
  };
}

/** As the provider is set up here: a workflow file, or the list of what a server takes, decides for some. */
export function capabilitiesOf({ capabilities }: ReadyProvider['provider'], record: ModelRecord): Capabilities {
  try {
    return capabilities(record.id);
  } catch (error) {
    if (error instanceof UserError) return record.capabilities;
    throw error;
  }
}

function priceOf(
  provider: ReadyProvider['provider'],
  { id, capabilities }: Pick<ModelRecord, 'id' | 'capabilities'>,
  { size, quality }: Project['config'],
) {
  const { width, height } = size;
  const known = quality !== undefined && capabilities.qualities.includes(quality) ? quality : undefined;
  const price = (isAvatar: boolean, from: Pick<typeof provider, 'price'> = provider): Price | undefined => {
    const sized = { references: [], width, height };
    const references = expectedReferences(sized, { can: capabilities, kind: isAvatar ? 'avatar' : 'gallery' });
    return from.price({ model: id, width, height, quality: known, prompt: '', references });
  };
  try {
    const [avatar, withReference] = [price(true), price(false)];
    const inBatch = provider.batch && price(false, provider.batch);
    return avatar && withReference && { avatar, withReference, inBatch };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function byFace(a: ModelInfo, b: ModelInfo): number {
  return KEEPING.indexOf(a.keepsFace) - KEEPING.indexOf(b.keepsFace) || Number(b.isDefault) - Number(a.isDefault);
}

/** A dated copy of a model that is listed under its plain name too. */
function isSnapshot(id: string, models: readonly ModelRecord[]): boolean {
  const plain = id.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  return plain !== id && models.some((other) => other.id === plain);
}

/** What the run reads of the model before it pays, and may refuse: a plan asks nobody. */
export function unreadNotice(
  { model, transparent }: Pick<JobSettings, 'model' | 'transparent'>,
  { provider }: ReadyProvider,
): Notice | undefined {
  const can = provider.capabilities(model);
  if (!transparent || can.transparent || !can.unread) return undefined;
  const message = `${provider.name} (${model}) is not known to make a transparent background`;
  return { message: `${message}: the run asks before anything is sent` };
}
