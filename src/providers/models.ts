/** Looking a model up in a provider's list: known, unknown, or refused by the service by now. Pure. */
import { ProviderError, UserError } from '../errors.ts';
import type { ModelRecord } from './capabilities.ts';
import { dayOf } from './price.ts';

/** The models of one provider. */
export interface ModelList<Model extends ModelRecord> {
  /** What messages call the service. */
  readonly service: string;
  readonly models: readonly Model[];
  /** Named as the way out where a model that went has no successor of its own. */
  readonly defaultModel: string;
}

/**
 * The record of a model; undefined for one that is not in the list.
 * @throws {UserError} when the service refuses it by now, naming the successor.
 */
export function lookUpModel<Model extends ModelRecord>(
  list: ModelList<Model>,
  id: string,
  nowMs: number,
): Model | undefined {
  const known = list.models.find((model) => model.id === id);
  if (known === undefined) return undefined;
  const retiredOn = known.retired?.on ?? pastDay(known.retiresOn, nowMs);
  if (retiredOn === undefined) return known;
  throw new UserError(`${list.service} shut ${id} down on ${retiredOn}`, {
    hint: `Use ${known.retired?.successor ?? list.defaultModel} instead.`,
  });
}

/**
 * The record of a model of a list that is all there is.
 * @throws {UserError} for one that is not in it, and as `lookUpModel`.
 */
export function knownModel<Model extends ModelRecord>(list: ModelList<Model>, id: string, nowMs: number): Model {
  const known = lookUpModel(list, id, nowMs);
  if (known === undefined) throw unknownModel(list, id);
  return known;
}

/** What to say of a model that a provider has not and can't use. */
export function unknownModel({ service, models }: ModelList<ModelRecord>, id: string): UserError {
  const names = models.filter(({ retired }) => retired === undefined).map((model) => model.id);
  return new UserError(`${service} has no model ${JSON.stringify(id.slice(0, 100))}`, {
    hint: `There is ${names.join(', ')}. Leave the model out, or choose another provider.`,
  });
}

/**
 * Looks a model up on behalf of a request, just before it would be sent.
 * @throws {ProviderError} `rejected` where the look-up throws a UserError.
 */
export function modelForRequest<Model>(lookUp: () => Model): Model {
  try {
    return lookUp();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new ProviderError(error.message, { failure: 'rejected', code: 'model_refused' });
  }
}

function pastDay(day: string | undefined, nowMs: number): string | undefined {
  return day !== undefined && dayOf(nowMs) > day ? day : undefined;
}
