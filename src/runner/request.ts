import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '../ledger/lease.ts';
import type { Attempt, AttemptRequest, Image, Job, JobSettings, Shot } from '../ledger/records.ts';
import type { ImageRequest, Reference } from '../providers/provider.ts';
import type { ShotSettings } from '../shot.ts';
import type { ReadyProvider, RunnerContext } from './context.ts';
import { faceFor } from './face.ts';
import { unfitToStandIn } from './fallback.ts';

/** A shot to be made, with its own settings over its job's. */
interface Made {
  job: Job;
  shot: Shot;
  settings: JobSettings;
}

/** What requests are built with. */
export interface RequestContext extends Pick<
  RunnerContext,
  'ledger' | 'providers' | 'drawing' | 'newKey' | 'clean' | 'outputs'
> {
  /** A warning, once a run. */
  warnOnce: (message: string) => void;
}

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
    const settings = shotSettings(job.settings, shot.settings);
    const of: Made = { job, shot, settings };
    const main = this.context.providers.get(settings.provider);
    const routes = [main && this.route(main, settings.model, of)];
    for (const name of settings.fallback) {
      const ready = this.context.providers.get(name);
      if (ready && this.standsIn(ready, of)) routes.push(this.route(ready, ready.model, of));
    }
    return routes.filter((route) => route !== undefined);
  }

  /** True when a fallback may make the shot: with all references that the job's own provider gets. */
  private standsIn(ready: ReadyProvider, of: Made): boolean {
    const { settings, shot } = of;
    const { model } = ready;
    const main = this.context.providers.get(settings.provider);
    const wanted = main ? this.referencesFor(main, settings.model, of).length : this.referencesOf(of).length;
    const price = () => {
      const references = this.referencesFor(ready, model, of);
      return ready.provider.price({ model, prompt: shot.prompt, ...keptOf(settings, references) });
    };
    const promptChars = shot.prompt.length;
    return unfitToStandIn(ready, model, { settings, promptChars, references: wanted, price }) === undefined;
  }

  private route(ready: ReadyProvider, model: string, of: Made): Route | undefined {
    const { settings, shot } = of;
    const kept = keptOf(settings, this.referencesFor(ready, model, of));
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
      requestHash: hashOf({ provider: ready.provider.name, model, prompt: shot.prompt, seed: shot.seed, ...kept }),
      request: kept,
    };
  }

  /** Pictures that go along. None for a model that takes none. */
  private referencesFor(ready: ReadyProvider, model: string, of: Made): Reference[] {
    return ready.provider.capabilities(model).referencesMax === 0 ? [] : this.referencesOf(of);
  }

  /** Pictures of the face, then the shot's own. */
  private referencesOf(of: Made): Reference[] {
    const prepared = (paths: readonly string[]) => paths.flatMap((path) => this.references.get(path) ?? []);
    const faces = prepared(of.job.settings.references);
    const own = prepared(of.shot.settings.references ?? []);
    return [...(faces.length > 0 || of.shot.kind === 'avatar' ? faces : this.avatarOf(of.job)), ...own];
  }

  /** The avatar, as the reference of all later pictures. */
  private avatarOf(job: Job): Reference[] {
    const { images } = this.context.ledger;
    const faces = images.faces(job.characterKey);
    const chosen = images.chosenFace(job.characterKey);
    const avatar = faceFor({ faces, chosen, drawing: this.context.drawing ?? new Set() });
    const path = avatar && this.whereIs(avatar);
    if (avatar && path !== undefined) {
      const { sha256, sizeBytes, width, height } = avatar;
      return [{ path, mime: mimeOf(avatar.format), sha256, sizeBytes, width, height }];
    }
    const why = faces.length > 0 && !avatar ? 'only a drawing for an avatar' : 'no avatar to refer to';
    this.context.warnOnce(`${job.characterId} has ${why}: the pictures are made from prompt and seed alone`);
    return [];
  }

  /** A picture's file: where the ledger says, else in another output folder; undefined when it is nowhere. */
  private whereIs({ path, characterId, filename, sizeBytes }: Image): string | undefined {
    const elsewhere = () => this.context.outputs().map((output) => join(output, characterId, filename));
    const isThere = (file: string) => statSync(file, { throwIfNoEntry: false })?.size === sizeBytes;
    return path !== null && existsSync(path) ? path : elsewhere().find(isThere);
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
      prompt: shot.prompt,
      negativePrompt: job.settings.negativePrompt,
      seed: shot.seed,
      ...kept,
      character: character.attributes,
      look: shot.look,
    };
  }
}

/** What a shot is made with: its own settings over its job's; pictures of its own go along behind the job's. Pure. */
export function shotSettings(settings: JobSettings, own: ShotSettings): JobSettings {
  const { width = settings.width, height = settings.height, references = [] } = own;
  return { ...settings, width, height, references: [...settings.references, ...references] };
}

/** What is asked beside model, prompt and seed. */
function keptOf({ width, height, quality }: JobSettings, references: Reference[]): AttemptRequest {
  return { width, height, quality, references };
}

function mimeOf(format: string): Reference['mime'] {
  return format === 'jpeg' ? 'image/jpeg' : format === 'webp' ? 'image/webp' : 'image/png';
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
