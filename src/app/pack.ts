import { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { JobBasics } from '../ledger/new-job.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { planPack } from '../plan/plan.ts';
import { planScenes } from '../plan/scenes.ts';
import type { Scene } from '../scene.ts';
import type { PlannedShot } from '../shot.ts';
import { assertUnlocked, registerCharacter } from './characters.ts';
import type { Choice } from '../events.ts';
import { choiceNotice } from './choice.ts';
import { alongsideNotice } from './alongside.ts';
import type { CreatingProject, MakingOptions } from './making.ts';
import { approvedPictures } from './face-pictures.ts';
import { withLora, wokenBy } from './lora.ts';
import { paidInVain, continuation, jobBasics } from './jobs.ts';
import { alikeOf } from './preflight.ts';
import type { Notice } from './notice.ts';
import type { PlannedJob } from './planned-job.ts';
import { lookOf, madeWithOfSubject, subjectOf, type Subject } from './subject.ts';
import { countedScenes, planHashOf, type SceneOptions, shownBy } from './scenes.ts';
import { highestStored } from './store-numbers.ts';

/** Most pictures of one pack. */
const COUNT_MAX = 100_000;
const COUNT_HINT = 'for example 8';

/** What a pack is. */
export interface PackOptions extends MakingOptions, SceneOptions {
  /**
   * How many gallery pictures, 1 to 100,000. Scenes share them: a scene's own count wins, the others are dealt what is
   * left in turn. May be left out where there are scenes: one of each.
   */
  count?: number | undefined;
  /** A character's id; default: the one of the config, registered if it is new. */
  character?: string | undefined;
  /** False: without the LoRA of the character. */
  lora?: boolean | undefined;
  /** Start another job although an identical one is unfinished. */
  fresh?: boolean | undefined;
}

/** A pack as planned: nothing is written yet. */
export interface PackPlan {
  characterId: string;
  characterKey: number | undefined;
  settings: JobSettings;
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  shots: readonly PlannedShot[];
  /** Of `auto`, for a new job. */
  choice: Choice | undefined;
  /** Said of what there is already. */
  notice: Notice | undefined;
  /** What is said of the character's LoRA. */
  lora: Notice | undefined;
  /** To be known before anything is paid. */
  warning: Notice | undefined;
}

/** N gallery pictures of a character. @throws {UserError} when its provider can't make them. */
export async function planGallery(project: CreatingProject, options: PackOptions): Promise<PackPlan> {
  const { subject, scenes, before, choice, notice, lora, asked: settings, plan } = await wantedPack(project, options);
  const shots = before
    ? project.ledger.open().queries.shots(before.id, ['queued'])
    : [...plan(subject.registered?.galleryPlanned ?? 0)];
  const { seed } = lookOf(subject);
  // Who gave a seed knows of it.
  const others = scenes.some((scene) => scene.seed !== undefined) ? [] : shots.filter((shot) => shot.seed !== seed);
  const what = `${others.length} of these pictures ${others.length === 1 ? 'has' : 'have'} another seed than ${seed}`;
  const why = 'the same prompt was asked for with it, and would give the same picture';
  const warning = others.length > 0 ? { message: `${what}: ${why}` } : undefined;
  const who = { characterId: subject.id, characterKey: subject.registered?.key };
  return { ...who, settings, before, shots, choice, notice, lora, warning };
}

/** A pack as it is wanted. */
interface WantedPack {
  subject: Subject;
  scenes: readonly Scene[];
  /** What tells the job from others. */
  same: JobBasics & { kind: 'pack'; imageCount: number };
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  /** What it is made with. */
  asked: JobSettings;
  alike: readonly AlikeShots[];
  /** Of `auto`, for a new job. */
  choice: Choice | undefined;
  notice: Notice | undefined;
  /** What is said of the character's LoRA, for a new job. */
  lora: Notice | undefined;
  /** The shots, behind `from` gallery shots that the character has. */
  plan: (from: number) => Iterable<PlannedShot>;
}

async function wantedPack(project: CreatingProject, options: PackOptions): Promise<WantedPack> {
  const shown = await shownBy(project, options);
  assertCount(options.count, shown.scenes.length > 0);
  const subject = subjectOf(project, options.character);
  const { configured, registered } = subject;
  if (configured) assertUnlocked(registered, configured, options.relock === true);
  const { scenes } = shown;
  const counted = scenes.length > 0 ? countedScenes(scenes, 'gallery', options.count) : undefined;
  const count = counted?.count ?? options.count ?? 0;
  const ledger = project.ledger.exists ? project.ledger.open() : undefined;
  let who = { ...lookOf(subject), outfit: shown.outfit, context: shown.context };
  const views = (from: number) => (counted ? planScenes(who, counted, { from }) : planPack(who, count, from));
  const plan = (from: number) => {
    if (!counted || !registered || !ledger) return views(from);
    const asked = ledger.queries.askedSeeds(registered.key, new Set(Array.from(views(from), ({ prompt }) => prompt)));
    return planScenes(who, counted, { from, isAsked: (prompt, seed) => asked.get(prompt)?.has(seed) === true });
  };
  const planned = alikeOf(views(registered?.galleryPlanned ?? 0));
  const pictures = ledger && approvedPictures(ledger, registered, project.services.drawing);
  const plain = await madeWithOfSubject(project, subject, { alike: planned, pictures });
  const key = options.lora === false ? undefined : registered?.key;
  const { made: all, notice: lora, refusal } = await withLora(project, plain, { characterKey: key, alike: planned });
  const { choice, ...made } = all;
  const { settings } = made;
  who = { ...who, attributes: wokenBy(who.attributes, settings) };
  const kind = 'pack';
  const wanted = { characterId: subject.id, kind, ...made, what: count, planHash: planHashOf(shown) } as const;
  const named = { key: options.key, fresh: options.fresh };
  const same = { ...jobBasics(project.config, wanted, named), kind, imageCount: count } as const;
  const here = { subject, scenes, same, choice, lora, plan };
  if (!registered || !ledger) return { ...here, before: undefined, asked: settings, alike: planned, notice: undefined };
  const before = ledger.jobs.continued({ ...same, characterKey: registered.key });
  if (before) {
    const asked = changedSettings(before.settings, same.changes ?? {});
    const notice = continuation(before, ledger.jobs.counts(before.id).done, 'pictures');
    return {
      ...here,
      choice: undefined,
      lora: undefined,
      before,
      asked,
      alike: ledger.jobs.alike(before.id, ['queued']),
      notice,
    };
  }
  if (refusal) throw refusal;
  const complete = ledger.queries.complete({ ...same, characterKey: registered.key });
  const isMeant = options.fresh === true || options.key !== undefined;
  const notice = complete && !isMeant ? newJobNotice(complete) : undefined;
  return { ...here, before, asked: settings, alike: planned, notice };
}

/** A job of N gallery pictures, to be run: the unfinished identical one, or a new one. @throws {UserError} */
export async function packing(project: CreatingProject, options: PackOptions): Promise<PlannedJob> {
  const { subject, same, before, asked, alike, choice, notice, lora, plan } = await wantedPack(project, options);
  const { id: characterId, configured, registered } = subject;
  const { output, store } = asked;
  const acceptUnread = options.acceptUnreadStore === true;
  const highest = await highestStored(project, before ? same.settings.store : store, { characterId, acceptUnread });
  const refusal = before && paidInVain(project.ledger.open(), before, asked);
  const ready = await project.services.provider(asked.provider);
  return {
    characterId,
    characterKey: registered?.key,
    settings: asked,
    before,
    refusal,
    alike,
    notices: [choiceNotice(choice), notice, lora, before ? undefined : alongsideNotice(asked, ready)],
    open: () => {
      const opened = project.ledger.open();
      const place = { owner: project.caller.owner, output };
      const character = configured ? registerCharacter(opened, configured, place) : registered;
      if (!character) throw new Error('a pack without a character');
      opened.characters.numbersStartAfter(character.id, highest);
      return opened.jobs.openOrCreate({ ...same, characterKey: character.key, plan }).job;
    },
  };
}

function newJobNotice({ id, characterId, imageCount }: Job): Notice {
  const pictures = imageCount === 1 ? '1 picture' : `${imageCount} pictures`;
  const message = `job ${id} of the same is complete (${pictures} of ${characterId}): this is a new job`;
  return { message, advice: { code: 'see-pictures', characterId } };
}

function assertCount(count: number | undefined, hasScenes: boolean): void {
  if (count === undefined && hasScenes) return;
  if (count === undefined)
    throw new UserError('how many pictures? the count is missing', { hint: 'say how many, or what to show: scenes' });
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX) return;
  throw new UserError(`expected a whole number of pictures from 1 to ${COUNT_MAX}, got ${JSON.stringify(count)}`, {
    hint: COUNT_HINT,
  });
}
