import type { Route } from '../ledger/lease.ts';
import type { Attempt, AttemptRequest, Job, JobSettings, Shot } from '../ledger/records.ts';
import type { Capabilities } from '../providers/capabilities.ts';
import type { ImageRequest, Reference } from '../providers/provider.ts';
import { sourceOf, type GivenReference, type ShotKind, type ShotSettings } from '../shot.ts';
import type { ReadyProvider, RunnerContext } from './context.ts';
import { unfitToStandIn } from './fallback.ts';
import { avatarOf, picturesOf, type PicturesContext } from './own-pictures.ts';
import { inBatch, isBatched, makerOf } from './in-batch.ts';
import { isForKind, ownRoles, promptWithRoles } from './roles.ts';
import { sentReferences, type ReferenceParts } from './sent-references.ts';

/** A shot to be made, with its own settings over its job's. */
interface Made {
  job: Job;
  shot: Shot;
  settings: JobSettings;
}

/** What requests are built with. */
export interface RequestContext
  extends PicturesContext, Pick<RunnerContext, 'ledger' | 'providers' | 'newKey' | 'clean'> {}

/** Builds requests for shots and rebuilds them from the ledger. */
export class Requests {
  private readonly context: RequestContext;
  /** The config's reference pictures by path, hashed before the run. */
  private readonly references: ReadonlyMap<string, Reference>;
  constructor(context: RequestContext, references: ReadonlyMap<string, Reference>) {
    this.context = context;
    this.references = references;
  }

  /**
   * The ways to make a shot, in order: the job's provider, then each fallback that keeps the promise (references, size,
   * seed, quality, a known price below the cap of a picture).
   */
  routes(job: Job, shot: Shot): Route[] {
    const settings = shotSettings(job.settings, shot.settings, shot.kind);
    const of: Made = { job, shot, settings };
    const main = this.context.providers.get(settings.provider);
    // Nobody stands in for a batch: the price that was agreed to is the batch's.
    if (isBatched(settings, shot.kind)) {
      const batched = main && inBatch(main) && this.route(makerOf(main, settings, shot.kind), settings.model, of);
      return batched ? [{ ...batched, request: { ...batched.request, batch: true } }] : [];
    }
    const routes = [main && this.route(main, settings.model, of)];
    for (const name of settings.fallback) {
      const ready = this.context.providers.get(name);
      if (ready && this.standsIn(ready, of)) routes.push(this.route(ready, ready.model, of));
    }
    return routes.filter((route) => route !== undefined);
  }

  /** True when a fallback may make the shot: with all references that must go along. */
  private standsIn(ready: ReadyProvider, of: Made): boolean {
    const { settings, shot } = of;
    const { model } = ready;
    const main = this.context.providers.get(settings.provider);
    const can = main?.provider.capabilities(settings.model);
    const wanted = can && takesNone(can, shot) ? 0 : this.wantedBy(of, can);
    const price = () => {
      const references = this.referencesFor(ready, model, of);
      return ready.provider.price({ model, prompt: shot.prompt, ...keptOf(settings, references) });
    };
    const promptChars = shot.prompt.length;
    const hasPrompt = promptChars > 0;
    return unfitToStandIn(ready, model, { settings, promptChars, hasPrompt, references: wanted, price }) === undefined;
  }

  /** How many references must go along, whoever makes the shot. */
  private wantedBy(of: Made, can: Capabilities | undefined): number {
    const parts = this.partsOf(of);
    // Of an edit what the job's own provider gets of it.
    if (can && sourceOf(parts.own)) return sentReferences(parts, can).length;
    return parts.faces.length + parts.own.length;
  }

  private route(ready: ReadyProvider, model: string, of: Made): Route | undefined {
    const { settings, shot } = of;
    const kept = this.kept(ready, model, of);
    const price = ready.provider.price({ model, prompt: shot.prompt, ...kept });
    if (!price && !settings.allowUnknownPrice) return undefined;
    return {
      provider: ready.provider.name,
      model,
      scope: ready.scope,
      intervalMs: ready.intervalMs,
      worstMicros: price?.worstMicros ?? 0,
      expectedMicros: price?.expectedMicros ?? 0,
      attemptKey: this.context.newKey(),
      request: kept,
    };
  }

  /** What is asked beside model, prompt and seed; `ownInputs`: of the roles that go along. */
  private kept(ready: ReadyProvider, model: string, of: Made): AttemptRequest {
    const references = this.referencesFor(ready, model, of);
    const can = ready.provider.capabilities(model);
    const ownInputs = ownRoles(can, references);
    return { ...keptOf(of.settings, references), ...(ownInputs.length > 0 && { ownInputs }) };
  }

  /** Pictures that go along. None for a model that takes none. */
  private referencesFor(ready: ReadyProvider, model: string, of: Made): Reference[] {
    const can = ready.provider.capabilities(model);
    // A face that nobody takes is not missed.
    return takesNone(can, of.shot) ? [] : sentReferences(this.partsOf(of), can);
  }

  private partsOf({ job, shot }: Made): ReferenceParts {
    const given = job.settings.references.filter((reference) => isForKind(reference, shot.kind));
    const faces = this.prepared(given.filter(({ role }) => role === 'face'));
    const others = given.filter(({ role }) => role !== 'face');
    const { references = [] } = shot.settings;
    const source = sourceOf(references);
    if (source) {
      // The face helps where it is known, and is not missed: the source shows it.
      return {
        faces: faces.length > 0 ? faces : avatarOf(this.context, job, false),
        pictures: [],
        own: this.prepared([source, ...others]),
      };
    }
    const own = this.prepared([...references, ...others]);
    if (shot.kind === 'avatar') return { faces, pictures: [], own };
    const pictures = picturesOf(this.context, job);
    return { faces: faces.length > 0 ? faces : avatarOf(this.context, job, pictures.length === 0), pictures, own };
  }

  private prepared(references: readonly GivenReference[]): Reference[] {
    return references.flatMap(({ picture, role }) => {
      const read = this.references.get(picture);
      return read ? [{ ...read, role }] : [];
    });
  }

  /** What the provider can't do of what is asked: a sentence each, once a run. */
  tellWarnings(ready: ReadyProvider, request: ImageRequest): void {
    for (const warning of ready.provider.warnings(request))
      this.context.warnOnce(`${ready.provider.name}: ${this.context.clean(warning)}`);
  }

  /** The request of an attempt, from the ledger alone: the same before and after a crash. */
  rebuild(job: Job, shot: Shot, attempt: Attempt): ImageRequest {
    const kept = attempt.request;
    const character = this.context.ledger.characters.get(job.characterKey);
    return {
      attemptKey: attempt.key,
      shot: shot.name,
      model: attempt.model,
      prompt: promptWithRoles(shot.prompt, kept.references, kept.ownInputs),
      negativePrompt: job.settings.negativePrompt,
      seed: shot.seed,
      ...kept,
      character: character.attributes,
      look: shot.look,
    };
  }
}

/**
 * What a shot is made with: its own settings over its job's; pictures of its own go along behind the job's. An edit
 * asks for its source alone: the face goes along where the model has a place for it. Pure.
 */
export function shotSettings(settings: JobSettings, own: ShotSettings, kind: ShotKind = 'gallery'): JobSettings {
  const { width = settings.width, height = settings.height, references = [] } = own;
  const fitting = settings.references.filter((reference) => isForKind(reference, kind));
  const given = sourceOf(references) ? references : [...fitting, ...references];
  return { ...settings, width, height, references: given };
}

/** True where no picture goes along; an edit's may go into another input than the face's. */
function takesNone({ referencesMax, works }: Capabilities, { settings }: Shot): boolean {
  return referencesMax === 0 && !(works && sourceOf(settings.references));
}

/** What is asked beside model, prompt and seed. */
function keptOf(settings: JobSettings, references: Reference[]): AttemptRequest {
  const { width, height, quality, transparent, lora } = settings;
  const weights = lora && { lora: lora.weights };
  return { width, height, quality, ...(transparent && { transparent }), ...weights, references };
}
