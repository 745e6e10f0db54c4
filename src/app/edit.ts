/** New pictures that are made from one that is there. */
import { createHash } from 'node:crypto';
import { checkedEdit } from '../config/scenes.ts';
import type { Choice } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobBasics } from '../ledger/new-job.ts';
import type { Image, Job, JobSettings } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { planEdits } from '../plan/edit.ts';
import type { PlannedShot } from '../shot.ts';
import { choiceNotice } from './choice.ts';
import { assertBeside, placesNotice } from './edit-inputs.ts';
import { drawingAsked, sizedAs, sourceReference } from './edit-source.ts';
import { namedImage } from './images.ts';
import { paidInVain, continuation, jobBasics } from './jobs.ts';
import { settingsFor } from './made-with.ts';
import type { CreatingProject, MakingOptions } from './making.ts';
import type { Notice } from './notice.ts';
import { alikeOf, assertFits } from './preflight.ts';
import type { Asked, PlannedJob } from './planned-job.ts';
import { highestStored } from './store-numbers.ts';
import { knownReferences } from './subject.ts';
import { assertNeedsNoPrompt, assertNewWork } from './without-prompt.ts';

/** Which picture is edited, and how. */
export interface EditOptions extends Pick<MakingOptions, 'key' | 'acceptUnreadStore'> {
  /** A file name, or `mira-sol/3`. */
  image: string;
  /** What is to change: sent as it is. 1 to 4,000 characters. Left out for models that take none (upscalers). */
  prompt?: string | undefined;
  /** How many takes, 1 to 100; default 1. */
  count?: number | undefined;
  /** Of the first take, 0 … 4294967295; default: the picture's own. */
  seed?: number | undefined;
  /** Start another job although an identical one is unfinished. */
  fresh?: boolean | undefined;
}

/** An edit as planned: nothing is written yet. */
export interface PlannedEdit {
  characterId: string;
  characterKey: number;
  settings: JobSettings;
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  shots: readonly PlannedShot[];
  /** Of `auto`, for a new job. */
  choice: Choice | undefined;
  notice: Notice | undefined;
  /** To be known before anything is paid. */
  warning: Notice | undefined;
}

interface WantedEdit extends PlannedEdit {
  /** What tells the job from others. */
  same: JobBasics & { kind: 'edit'; imageCount: number; characterKey: number };
  /** Asked before a new job begins. */
  asks: Asked | undefined;
  plan: () => (PlannedShot & { sourceImageId: number })[];
}

/**
 * What editing a picture would be. @throws {UserError} for a picture that is gone or was changed, and when the model
 * can't edit.
 */
export async function planEdit(project: CreatingProject, options: EditOptions): Promise<PlannedEdit> {
  const { asks, warning, ...plan } = await wantedEdit(project, options);
  return { ...plan, warning: warning ?? (asks && { message: asks.refusal.message }) };
}

async function wantedEdit(project: CreatingProject, options: EditOptions): Promise<WantedEdit> {
  const { prompt = '', count = 1, seed } = await checkedEdit(options);
  const source = namedImage(project, options.image);
  if (prompt === '') await assertNeedsNoPrompt(project, options.image);
  const ledger = project.ledger.openExisting();
  const own = { references: [await sourceReference(project, ledger, source)] };
  const { characterId, characterKey } = source;
  const { look } = (source.shotId === null ? undefined : ledger.queries.shot(source.shotId)) ?? {};
  const plan = () => {
    const lines = ledger.queries.edits(source.id);
    const isAsked = (text: string, by: number) => lines.has(`${by} ${text}`);
    const edit = { look, prompt, seed: seed ?? source.seed, count, settings: own, isAsked };
    return planEdits(edit).map((shot) => ({ ...shot, sourceImageId: source.id }));
  };
  const alike = alikeOf(plan());
  const { negativePrompt } = ledger.characters.get(characterKey).attributes;
  const character = { references: knownReferences(project, source), negativePrompt };
  const config = await sizedAs(project, source);
  const made = await settingsFor({ ...project, config }, { character, alike, face: FACE });
  const ready = await project.services.provider(made.settings.provider);
  await project.services.learn(ready, made.settings.model);
  assertFits(made.settings, ready, alike);
  const can = ready.provider.capabilities(made.settings.model);
  const settings = prompt === '' ? { ...made.settings, rerolls: 0 } : made.settings;
  const planHash = createHash('sha256')
    .update(JSON.stringify([source.id, prompt, seed ?? null]))
    .digest('hex');
  const wanted = { characterId, kind: 'edit', ...made, settings, what: [source.id, count], planHash } as const;
  const basics = jobBasics(project.config, wanted, { key: options.key, fresh: options.fresh });
  const same = { ...basics, kind: 'edit', imageCount: count, characterKey } as const;
  const before = ledger.jobs.continued(same);
  if (!before) assertBeside(project, { source, settings }, can);
  const assertNew = () => {
    if (prompt === '') assertNewWork(project, ledger, { source, settings, options }, can);
  };
  if (!before) assertNew();
  const drawn = can.keepsFace === 'drawn';
  return {
    characterId,
    characterKey,
    settings: before ? changedSettings(before.settings, same.changes ?? {}) : settings,
    before,
    shots: before ? ledger.queries.shots(before.id, ['queued']) : plan(),
    choice: before ? undefined : made.choice,
    notice: before && continuation(before, ledger.jobs.counts(before.id).done, 'edits'),
    warning: drawn ? drawnAnew(ready.provider.name, source) : placesNotice(source, settings.model, can),
    same,
    asks: before || drawn ? undefined : drawingAsked(project, ledger, { source, settings }),
    // Called in the transaction that makes the job: another process may have begun the same meanwhile.
    plan: () => {
      assertNew();
      return plan();
    },
  };
}

/** The picture shows the face: no other one is needed. */
const FACE = { isKept: false, isThere: true };

function drawnAnew(provider: string, { filename }: Image): Notice {
  const why = 'from the same traits, pose and seed, and what the prompt names around it';
  return { message: `${provider} does not look at ${filename}: it draws the character anew, ${why}` };
}

/** An edit to be run: the unfinished identical one, or a new one. @throws {UserError} */
export async function editing(project: CreatingProject, options: EditOptions): Promise<PlannedJob> {
  const wanted = await wantedEdit(project, options);
  const { characterId, characterKey, settings, before, shots, same, asks, plan } = wanted;
  const acceptUnread = options.acceptUnreadStore === true;
  const highest = await highestStored(project, settings.store, { characterId, acceptUnread });
  const ledger: Ledger = project.ledger.openExisting();
  const refusal = before && paidInVain(ledger, before, settings);
  return {
    characterId,
    characterKey,
    settings,
    before,
    refusal,
    asks,
    alike: before ? ledger.jobs.alike(before.id, ['queued']) : alikeOf(shots),
    notices: [choiceNotice(wanted.choice), wanted.notice, wanted.warning],
    open: () => {
      ledger.characters.numbersStartAfter(characterId, highest);
      return ledger.jobs.openOrCreate({ ...same, plan }).job;
    },
  };
}
