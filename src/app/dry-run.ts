import type { JobSettings } from '../ledger/records.ts';
import { shownReference } from '../given-reference.ts';
import { usdOf } from '../money.ts';
import { shotSettings } from '../runner/request.ts';
import type { PlannedShot } from '../shot.ts';
import { planCandidates, type AvatarOptions } from './avatars.ts';
import { planCreation, type CreateOptions } from './first-pictures.ts';
import type { CreatingProject } from './making.ts';
import { planGallery, type PackOptions } from './pack.ts';
import { dearestOf, standInsOf, worstOf } from './estimate.ts';
import { expectedReferences, faceNotice } from './likeness.ts';
import { fallbackNotices, withFallbacks } from './fallbacks.ts';
import { alikeOf } from './preflight.ts';
import type { Notice } from './notice.ts';
import type { Project } from './project.ts';
import { planReroll, type RerollOptions } from './reroll.ts';

/** A shot as it would be made. */
export interface DryShot {
  shot: string;
  kind: string;
  seed: number;
  prompt: string;
  /** `1024x1536`. */
  size: string;
  /** Paths of the pictures that go along, in their order; without the avatar. Of one that is no file, where it is. */
  references: readonly string[];
  negativePrompt: string | null;
  worstCaseUsd: number;
}

/** A job as it would be run. */
export interface DryJob {
  characterId: string;
  provider: string;
  model: string;
  /** `1024x1536`. */
  size: string;
  /** null: nobody knows the price of the model. */
  worstCaseUsd: number | null;
  shots: readonly DryShot[];
  /** What is to be known before anything is paid. */
  warnings: readonly Notice[];
}

/** What making the config's character would be. Sends and writes nothing. @throws {UserError} */
export async function dryCreation(project: CreatingProject, options: CreateOptions = {}): Promise<DryJob> {
  const planning = { ...project, services: project.services.forPlans() };
  const { character, settings, shots } = await planCreation(planning, options);
  return dryJob({ characterId: character.id, settings, shots, makesAvatar: true }, planning);
}

/** What a pack would be. Sends and writes nothing. @throws {UserError} */
export async function dryPack(project: CreatingProject, options: PackOptions): Promise<DryJob> {
  const planning = { ...project, services: project.services.forPlans() };
  return dryJob(await planGallery(planning, options), planning);
}

/** What candidates of the avatar would be. Sends and writes nothing. @throws {UserError} */
export async function dryAvatars(project: CreatingProject, options: AvatarOptions): Promise<DryJob> {
  const planning = { ...project, services: project.services.forPlans() };
  const { subject, ...plan } = await planCandidates(planning, options);
  return dryJob({ ...plan, characterKey: subject.registered?.key, makesAvatar: true }, planning);
}

/** What other takes would be, in one job or more. Sends and writes nothing. @throws {UserError} */
export async function dryReroll(project: CreatingProject, options: RerollOptions): Promise<DryJob[]> {
  const planning = { ...project, services: project.services.forPlans() };
  const plans = await planReroll(planning, options);
  return Promise.all(
    plans.map((plan) => dryJob({ ...plan, makesAvatar: plan.shots.some(({ kind }) => kind === 'avatar') }, planning)),
  );
}

/** What would be made, with what, for how much at most. Sends and writes nothing. */
async function dryJob(
  plan: {
    characterId: string;
    settings: JobSettings;
    characterKey?: number | undefined;
    makesAvatar?: boolean | undefined;
    shots: Iterable<Pick<PlannedShot, 'name' | 'kind' | 'prompt' | 'seed' | 'settings'>>;
  },
  project: Pick<Project, 'services' | 'ledger' | 'config'>,
): Promise<DryJob> {
  const { services } = project;
  const { settings } = plan;
  const ready = await services.provider(settings.provider);
  const can = ready.provider.capabilities(settings.model);
  let totalMicros = 0;
  const planned = [...plan.shots];
  const job = { settings, alike: alikeOf(planned) };
  const providers = await withFallbacks(services, settings);
  const makers = { ready, standIns: standInsOf(settings, providers) };
  const fallbacks = fallbackNotices([job], providers);
  const face = faceNotice(project, { ...plan, ...job }, ready);
  const shots = planned.map((shot): DryShot => {
    const own = shotSettings(settings, shot.settings ?? {});
    const priced = { own: shot.settings, prompt: shot.prompt, kind: shot.kind };
    const worstMicros = dearestOf(settings, makers, priced);
    totalMicros += worstMicros;
    return {
      shot: shot.name,
      kind: shot.kind,
      seed: shot.seed,
      prompt: shot.prompt,
      size: `${own.width}x${own.height}`,
      references: expectedReferences({ ...settings, own: shot.settings?.references ?? [] }, { can, ...priced })
        .filter(({ path }) => path !== '')
        .map(({ path, role = 'face' }) => shownReference({ picture: path, role })),
      negativePrompt: settings.negativePrompt ?? null,
      worstCaseUsd: usdOf(worstMicros),
    };
  });
  return {
    characterId: plan.characterId,
    provider: settings.provider,
    model: settings.model,
    size: `${settings.width}x${settings.height}`,
    worstCaseUsd: worstOf(settings, ready, { prompt: '' }) === undefined ? null : usdOf(totalMicros),
    shots,
    warnings: [...(face ? [face] : []), ...fallbacks.map((message) => ({ message }))],
  };
}
