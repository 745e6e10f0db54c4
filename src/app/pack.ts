import { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { JobSettings } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { planPack } from '../plan/plan.ts';
import { planScenes } from '../plan/scenes.ts';
import type { PlannedShot } from '../shot.ts';
import { assertUnlocked, registerCharacter } from './characters.ts';
import type { CreatingProject, MakingOptions } from './making.ts';
import { approvedPictures } from './face-pictures.ts';
import { expectedReferences } from './likeness.ts';
import { assertNotInVain, continuation, jobBasics } from './jobs.ts';
import { alikeOf } from './preflight.ts';
import type { Notice } from './notice.ts';
import type { PlannedJob } from './prepare.ts';
import { lookOf, settingsOfSubject, subjectOf, type Subject } from './subject.ts';
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
  /** Start another job although an identical one is unfinished. */
  fresh?: boolean | undefined;
}

/** A pack as planned: nothing is written yet. */
export interface PackPlan {
  characterId: string;
  characterKey: number | undefined;
  settings: JobSettings;
  shots: Iterable<PlannedShot>;
}

/** N gallery pictures of a character. @throws {UserError} when its provider can't make them. */
export async function planGallery(project: CreatingProject, options: PackOptions): Promise<PackPlan> {
  const { subject, settings, plan } = await wantedPack(project, options);
  const from = subject.registered?.galleryPlanned ?? 0;
  return { characterId: subject.id, characterKey: subject.registered?.key, settings, shots: plan(from) };
}

/** A pack as it is wanted. */
interface WantedPack {
  subject: Subject;
  settings: JobSettings;
  count: number;
  alike: readonly AlikeShots[];
  planHash: string | undefined;
  /** Approved pictures that go along beside the face. */
  alongside: number;
  /** The shots, behind `from` gallery shots that the character has. */
  plan: (from: number) => Iterable<PlannedShot>;
}

async function wantedPack(project: CreatingProject, options: PackOptions): Promise<WantedPack> {
  const shown = await shownBy(project, options);
  assertCount(options.count, shown.scenes.length > 0);
  const subject = subjectOf(project, options.character);
  const { scenes, outfit, context } = shown;
  const who = { ...lookOf(subject), outfit, context };
  const counted = scenes.length > 0 ? countedScenes(scenes, 'gallery', options.count) : undefined;
  const count = counted?.count ?? options.count ?? 0;
  const plan = (from: number) => (counted ? planScenes(who, counted, from) : planPack(who, count, from));
  const alike = alikeOf(plan(subject.registered?.galleryPlanned ?? 0));
  const made = await settingsOfSubject(project, subject, alike);
  const ready = await project.services.provider(made.provider);
  const ledger = project.ledger.exists ? project.ledger.open() : undefined;
  const { drawing } = project.services;
  const settings = { ...made, pictures: ledger && approvedPictures(ledger, subject.registered, drawing) };
  const sent = expectedReferences(settings, { can: ready.provider.capabilities(settings.model) });
  const alongside = sent.filter((picture) => settings.pictures?.includes(picture)).length;
  return { subject, settings, alongside, count, alike, planHash: planHashOf(shown), plan };
}

/** A job of N gallery pictures, to be run: the unfinished identical one, or a new one. @throws {UserError} */
export async function packing(project: CreatingProject, options: PackOptions): Promise<PlannedJob> {
  const { config, caller } = project;
  const { subject, settings, count, alike, planHash, plan, alongside } = await wantedPack(project, options);
  const { configured, registered } = subject;
  if (configured) assertUnlocked(registered, configured, options.relock === true);
  const ledger = project.ledger.exists ? project.ledger.open() : undefined;
  const highest = await highestStored(project, settings.store, {
    characterId: subject.id,
    acceptUnread: options.acceptUnreadStore === true,
  });
  const { key, fresh } = options;
  const kind = 'pack';
  const wanted = { characterId: subject.id, kind, settings, what: count, planHash } as const;
  const same = { ...jobBasics(config, wanted, { key, fresh }), kind, imageCount: count } as const;
  const before = registered && ledger?.jobs.continued({ ...same, characterKey: registered.key });
  const done = before && ledger?.jobs.counts(before.id).done;
  const asked = before ? changedSettings(before.settings, same.changes ?? {}) : settings;
  if (before) assertNotInVain(project.ledger.open(), before, asked);
  return {
    characterId: subject.id,
    characterKey: registered?.key,
    settings: asked,
    before,
    alike: before && ledger ? ledger.jobs.alike(before.id, ['queued']) : alike,
    notice: before && done !== undefined ? continuation(before, done, 'pictures') : approvedNotice(alongside),
    open: () => {
      const opened = project.ledger.open();
      const place = { owner: caller.owner, output: settings.output };
      const character = configured ? registerCharacter(opened, configured, place) : registered;
      if (!character) throw new Error('a pack without a character');
      opened.characters.numbersStartAfter(character.id, highest);
      return opened.jobs.openOrCreate({ ...same, characterKey: character.key, plan }).job;
    },
  };
}

function approvedNotice(pictures: number): Notice | undefined {
  if (pictures === 0) return undefined;
  const what = pictures === 1 ? '1 approved training picture goes' : `${pictures} approved training pictures go`;
  return { message: `${what} along with the face` };
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
