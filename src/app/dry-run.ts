import { existsSync } from 'node:fs';
import type { AlikeShots } from '../ledger/alike.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { shownReference } from '../given-reference.ts';
import { usdOf } from '../money.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { prepareReferences } from '../runner/references.ts';
import { shotSettings } from '../runner/request.ts';
import type { PlannedShot } from '../shot.ts';
import { planCandidates, type AvatarOptions } from './avatars.ts';
import { goingOn, UNMADE, UNPAID } from './create.ts';
import { planEdit, type EditOptions } from './edit.ts';
import { existingOf, planCreation, type CreateOptions } from './first-pictures.ts';
import type { CreatingProject } from './making.ts';
import { planGallery, type PackOptions } from './pack.ts';
import type { Choice } from '../events.ts';
import { takesNotice } from './cap-words.ts';
import { dearestOf, estimate, standInsOf, worstOf } from './estimate.ts';
import { expectedReferences, faceNotice, plannedAvatar } from './likeness.ts';
import { fallbackNotices, withFallbacks } from './fallbacks.ts';
import { alikeOf } from './preflight.ts';
import { unreadNotice } from './models.ts';
import type { Notice } from './notice.ts';
import type { Project } from './project.ts';
import { knownWork, unreadWorkNotice } from './without-prompt.ts';
import { planReroll, type RerollOptions } from './reroll.ts';

/** A shot as it would be made. */
export interface DryShot {
  shot: string;
  kind: string;
  seed: number;
  prompt: string;
  /** `1024x1536`. */
  size: string;
  /** The avatar goes along: the one that is there, or that is made first. */
  avatar: boolean;
  /** Paths of the other pictures that go along, in their order. Of one that is no file, where it is. */
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
  /** Its pictures, without the avatar, go in batches: the worst case is that of a batch. */
  batch: boolean;
  /** What `auto` takes, and why; null: the provider was named, or the job goes on. */
  choice: Choice | null;
  /** What there is already, and what goes on. */
  notices: readonly Notice[];
  /** What is to be known before anything is paid. */
  warnings: readonly Notice[];
}

/** What making the config's character would be. Sends and writes nothing. @throws {UserError} */
export async function dryCreation(project: CreatingProject, options: CreateOptions = {}): Promise<DryJob> {
  const planning = { ...project, services: project.services.forPlans() };
  const plan = await planCreation(planning, options);
  const { id: characterId } = plan.character;
  const { known, before, rejected, isFaced, missing, elsewhere, same } = existingOf(planning, plan, options);
  const here = { characterId, characterKey: known?.key, makesAvatar: !isFaced, choice: plan.choice };
  const takes = rejected === undefined ? [] : await planReroll(planning, { images: [rejected] });
  const avatars = takes.flatMap(({ shots }) => shots);
  if (!before)
    return dryJob({ ...here, settings: plan.settings, shots: [...avatars, ...missing], notice: elsewhere }, planning);
  const ledger = planning.ledger.open();
  const settings = changedSettings(before.settings, same.changes ?? {});
  const shots = [...avatars, ...ledger.queries.shots(before.id, ['queued', ...UNMADE], UNPAID)];
  return dryJob({ ...here, settings, before, shots, notice: goingOn(ledger, before) }, planning);
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

/** What an edit would be. Sends and writes nothing. @throws {UserError} */
export async function dryEdit(project: CreatingProject, options: EditOptions): Promise<DryJob> {
  const planning = { ...project, services: project.services.forPlans() };
  return dryJob(await planEdit(planning, options), planning);
}

/** A job as planned. */
interface DryPlan {
  characterId: string;
  settings: JobSettings;
  characterKey?: number | undefined;
  makesAvatar?: boolean | undefined;
  before?: Job | undefined;
  /** Of `auto`. */
  choice: Choice | undefined;
  notice?: Notice | undefined;
  /** What is said of the character's LoRA. */
  lora?: Notice | undefined;
  warning?: Notice | undefined;
  shots: Iterable<Pick<PlannedShot, 'name' | 'kind' | 'prompt' | 'seed' | 'settings'>>;
}

/** What would be made, with what, for how much at most. Sends and writes nothing. */
async function dryJob(plan: DryPlan, project: Pick<Project, 'services' | 'ledger' | 'config'>): Promise<DryJob> {
  const { services } = project;
  const { settings } = plan;
  const ready = await services.provider(settings.provider);
  const planned = [...plan.shots];
  const can = knownWork(ready.provider.capabilities(settings.model), planned);
  const job = { settings, alike: alikeOf(planned) };
  const given = [...settings.references, ...planned.flatMap((shot) => shot.settings?.references ?? [])];
  // What is an address is not fetched for a plan.
  const files = given.map(({ picture }) => picture).filter((picture) => existsSync(picture));
  const known = await prepareReferences(new Set(files));
  const providers = await withFallbacks(services, settings);
  const makers = { ready, standIns: standInsOf(settings, providers) };
  const nothing = { spentMicros: 0, reservedMicros: 0 };
  const question = { ...job, ...makers, references: known, total: nothing };
  const found = estimate([question], nothing);
  const avatar = plannedAvatar(project, plan);
  const shots = planned.map((shot): DryShot => {
    const own = shotSettings(settings, shot.settings ?? {}, shot.kind);
    const priced = { own: shot.settings, prompt: shot.prompt, kind: shot.kind, known };
    const worstMicros = dearestOf(settings, makers, priced);
    const along = expectedReferences({ ...settings, own: shot.settings?.references ?? [] }, { can, avatar, ...priced });
    return {
      shot: shot.name,
      kind: shot.kind,
      seed: shot.seed,
      prompt: shot.prompt,
      size: `${own.width}x${own.height}`,
      avatar: avatar !== undefined && along.some(({ path }) => path === ''),
      references: along
        .filter(({ path }) => path !== '')
        .map(({ path, role = 'face' }) => shownReference({ picture: path, role })),
      negativePrompt: can.negativePrompt ? (settings.negativePrompt ?? null) : null,
      worstCaseUsd: usdOf(worstMicros),
    };
  });
  return {
    characterId: plan.characterId,
    provider: settings.provider,
    model: settings.model,
    size: `${settings.width}x${settings.height}`,
    worstCaseUsd: worstOf(settings, ready, { prompt: '' }) === undefined ? null : usdOf(found.worstMicros),
    shots,
    ...introduced(plan, takesNotice(found)),
    batch: settings.batch === true,
    warnings: [
      plan.warning,
      faceNotice(project, { ...plan, ...job }, ready),
      unreadNotice(settings, ready),
      unreadWorkNotice(settings, ready, planned),
      ...fallbackWarnings(job, providers),
    ].filter((one) => one !== undefined),
  };
}

/** What is said first. A job that goes on keeps its provider: nothing is chosen. */
function introduced({ before, choice, notice, lora, settings }: DryPlan, takes: Notice | undefined) {
  const chosen = before ? undefined : choice;
  const sentence = chosen && { message: chosen.sentence };
  const inBatch = settings.batch
    ? { message: 'in batches: half the price, made within a day; the avatar, which all others wait for, at once' }
    : undefined;
  return {
    choice: chosen ?? null,
    notices: [sentence, notice, lora, inBatch, takes].filter((one) => one !== undefined),
  };
}

function fallbackWarnings(
  job: { settings: JobSettings; alike: readonly AlikeShots[] },
  providers: ReadonlyMap<string, ReadyProvider>,
): Notice[] {
  return fallbackNotices([job], providers).map((message) => ({ message }));
}
