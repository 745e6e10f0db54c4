/** The provider that `auto` takes for a plan: asks nobody, so that a plan and its run take the same. */
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { JobSettings } from '../ledger/records.ts';
import type { Capabilities, ModelRecord } from '../providers/capabilities.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { keepsPerson } from '../runner/unfit.ts';
import type { Choice } from '../events.ts';
import { choose, noChoice, type Candidate } from './choice.ts';
import { estimate, worstOf } from './estimate.ts';
import { settingsWith, type CharacterSettings } from './job-settings.ts';
import type { FaceNeed } from './likeness.ts';
import { misfits } from './preflight.ts';
import type { Project } from './project.ts';
import { missingOf, sectionOf } from './set-up.ts';

/** What is to be made, as far as it decides who can make it. */
export interface WantedPictures {
  character: CharacterSettings;
  alike: readonly AlikeShots[];
  face: FaceNeed;
}

/** What choosing needs of a project. */
export type ChoosingProject = Pick<Project, 'config' | 'services' | 'ledger' | 'host'>;

/** What `auto` takes, and the settings of the job with each provider that is set up. */
export interface AutoChoice {
  choice: Choice & { provider: string };
  alternatives: readonly JobSettings[];
}

/** The provider that keeps what these pictures promise at the least price. @throws {UserError} that tells why none. */
export async function autoChoice(project: ChoosingProject, wanted: WantedPictures): Promise<AutoChoice> {
  const { choice, candidates } = await look(project, wanted);
  const { provider } = choice;
  if (provider === null) throw noChoice(candidates, choice);
  const setUp = candidates.filter(({ missing }) => missing === undefined);
  return { choice: { ...choice, provider }, alternatives: setUp.flatMap(({ settings }) => settings ?? []) };
}

/** What `auto` would take for one gallery picture with the face, as the config is. */
export async function autoPreview(project: ChoosingProject): Promise<Choice> {
  const { references = [], negativePrompt } = project.config.character ?? {};
  const alike = [{ own: {}, kind: 'gallery', shots: 1, promptChars: 0 }] as const;
  const face = { isKept: true, isThere: true };
  return (await look(project, { character: { references, negativePrompt }, alike, face })).choice;
}

type Looked = Candidate & { settings?: JobSettings | undefined };

async function look(
  project: ChoosingProject,
  wanted: WantedPictures,
): Promise<{ candidates: Looked[]; choice: Choice }> {
  const candidates: Looked[] = [];
  for (const name of project.services.providerNames) candidates.push(await candidateOf(project, name, wanted));
  return { candidates, choice: choose(candidates, project.config) };
}

async function candidateOf(project: ChoosingProject, name: string, wanted: WantedPictures): Promise<Looked> {
  const { services } = project;
  const section = await sectionOf(project, name);
  const missing = missingOf(services, name, section);
  if (section === 'missing') return { ...UNKNOWN, provider: name, missing };
  try {
    const ready = await services.forPlans().provider(name);
    const { models } = await services.module(name);
    const record = models.find(({ id }) => id === ready.model);
    const draws = services.drawing.has(name);
    return {
      provider: name,
      model: ready.model,
      draws,
      missing,
      ...judged(project, { name, ready, record, draws }, wanted),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...UNKNOWN, provider: name, missing: missing ?? { why: error.message, isKey: false } };
  }
}

/** What can't be made ready, even for a plan. */
const UNKNOWN = {
  model: null,
  draws: false,
  problems: [],
  isUnderCaps: true,
  seed: 'none',
  isUnread: false,
  worstMicros: undefined,
} as const;

interface Judged {
  name: string;
  ready: ReadyProvider;
  /** Of its model, where that is listed. */
  record: ModelRecord | undefined;
  draws: boolean;
}

/** What the model of a provider makes of these pictures, and for how much. */
function judged(
  { config, ledger, host }: ChoosingProject,
  { name, ready, record, draws }: Judged,
  { character, alike, face }: WantedPictures,
): Omit<Looked, 'provider' | 'model' | 'draws' | 'missing'> {
  const { model, provider } = ready;
  const nothing = { isUnderCaps: true, seed: 'none', isUnread: false, worstMicros: undefined } as const;
  let settings: JobSettings;
  try {
    settings = settingsWith(config, name, ready, character);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...nothing, problems: [`it makes no pictures of the aspect ratio ${config.aspectRatio}`] };
  }
  const problems = [...strange(config, ready), ...ended(record, host.now()), ...misfits(settings, ready, alike)];
  if (problems.length > 0) return { ...nothing, settings, problems };
  const can = provider.capabilities(model);
  const total = { spentMicros: 0, reservedMicros: 0 };
  const today = ledger.exists ? ledger.open().queries.today() : total;
  const { worstMicros, passes } = estimate([{ settings, ready, alike, total }], today);
  const isPriced = worstOf(settings, ready, { prompt: '' }) !== undefined;
  return {
    settings,
    problems: [
      ...unproven(can, config),
      ...(draws ? [] : withoutFace(can, face)),
      ...(isPriced || config.allowUnknownPrice ? [] : [UNPRICED]),
    ],
    ...(passes?.cap === 'image' && {
      overPictureCap: { worstMicros: passes.enoughMicros, capMicros: passes.capMicros },
    }),
    isUnderCaps: passes === undefined,
    seed: can.seed,
    isUnread: can.unread === true && record === undefined,
    worstMicros: isPriced ? worstMicros : undefined,
  };
}

const UNPRICED = 'nobody knows what a picture of it costs';

/** A model that was named belongs to the providers that have it. */
function strange({ provider, model }: Config, ready: ReadyProvider): string[] {
  return provider !== 'auto' || model === undefined || model === ready.model
    ? []
    : [`it has no model ${JSON.stringify(model)}`];
}

/** A model whose end was announced is asked only by who names it. */
function ended(record: ModelRecord | undefined, nowMs: number): string[] {
  const day = record?.retiresOn;
  const today = new Date(nowMs).toISOString().slice(0, 10);
  return day !== undefined && today > day ? [`its service shut the model down on ${day}`] : [];
}

/** What nobody knows before the service is asked: a choice does not count on it. */
function unproven({ unread, transparent, sizes }: Capabilities, asked: Config): string[] {
  if (!unread) return [];
  return [
    ...(asked.transparent && !transparent ? ['it is not known to make a transparent background'] : []),
    ...(asked.aspectRatio !== undefined && sizes.kind === 'any' ? ['it is not known to take an aspect ratio'] : []),
  ];
}

function withoutFace(can: Capabilities, { isKept, isThere }: FaceNeed): string[] {
  const needs = can.referencesMin ?? 0;
  if (needs > 0 && !isThere) return ['it needs a reference picture, and there is none yet'];
  if (!isKept) return [];
  if (can.withheld !== undefined) return [`it ${can.withheld}`];
  return can.referencesMax > 0 && keepsPerson(can) ? [] : ['it does not keep the face'];
}
