import { UserError } from '../errors.ts';
import type { JobSettings } from '../ledger/records.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { changedSettings } from '../ledger/settings.ts';
import { planAvatars } from '../plan/plan.ts';
import type { PlannedShot } from '../shot.ts';
import { faceOf } from './avatar.ts';
import { assertUnlocked, registerCharacter } from './characters.ts';
import { paidInVain, continuation, jobBasics } from './jobs.ts';
import { choiceNotice } from './choice.ts';
import type { MadeWith } from './made-with.ts';
import type { CreatingProject, MakingOptions } from './making.ts';
import { alikeOf } from './preflight.ts';
import type { Notice } from './notice.ts';
import type { PlannedJob } from './planned-job.ts';
import { highestStored } from './store-numbers.ts';
import { lookOf, madeWithOfSubject, subjectOf, type Subject } from './subject.ts';

/** Most candidates of one job. */
const COUNT_MAX = 100;

/** Which avatars are made. */
export interface AvatarOptions extends MakingOptions {
  /** How many candidates, 1 to 100; default 1. */
  count?: number | undefined;
  /** A character's id; default: the one of the config, registered if it is new. */
  character?: string | undefined;
  /** Start another job although an identical one is unfinished. */
  fresh?: boolean | undefined;
}

/** Avatars as planned: nothing is written yet. */
export interface AvatarPlan {
  subject: Subject;
  characterId: string;
  settings: JobSettings;
  /** Of `auto`. */
  choice: MadeWith['choice'];
  alternatives: MadeWith['alternatives'];
  shots: readonly PlannedShot[];
}

/** Avatars of a character. @throws {UserError} when its provider can't make them. */
export async function planCandidates(project: CreatingProject, options: AvatarOptions): Promise<AvatarPlan> {
  const { count = 1 } = options;
  if (!(Number.isInteger(count) && count >= 1 && count <= COUNT_MAX)) {
    throw new UserError(`expected 1 to ${COUNT_MAX} avatars, got ${JSON.stringify(count)}`, { hint: 'for example 4' });
  }
  const subject = subjectOf(project, options.character);
  const shots = planFor(project.ledger.exists ? project.ledger.open() : undefined, subject, count);
  const made = await madeWithOfSubject(project, subject, { alike: alikeOf(shots) });
  return { subject, characterId: subject.id, ...made, shots };
}

/** A job of avatars, to be run: the unfinished identical one, or a new one. @throws {UserError} */
export async function candidates(project: CreatingProject, options: AvatarOptions): Promise<PlannedJob> {
  const { config, caller } = project;
  const { subject, settings, choice, alternatives, shots } = await planCandidates(project, options);
  const { configured, registered } = subject;
  if (configured) assertUnlocked(registered, configured, options.relock === true);
  const ledger = project.ledger.exists ? project.ledger.open() : undefined;
  const acceptUnread = options.acceptUnreadStore === true;
  const highest = await highestStored(project, settings.store, { characterId: subject.id, acceptUnread });
  const { key, fresh } = options;
  const kind = 'avatar';
  const wanted = { characterId: subject.id, kind, settings, alternatives, what: shots.length } as const;
  const same = { ...jobBasics(config, wanted, { key, fresh }), kind, imageCount: shots.length } as const;
  const before = registered && ledger?.jobs.continued({ ...same, characterKey: registered.key });
  const asked = before ? changedSettings(before.settings, same.changes ?? {}) : settings;
  const refusal = before && paidInVain(project.ledger.open(), before, asked);
  return {
    characterId: subject.id,
    characterKey: registered?.key,
    makesAvatar: true,
    settings: asked,
    before,
    refusal,
    alike: before && ledger ? ledger.jobs.alike(before.id, ['queued']) : alikeOf(shots),
    notices: [before ? undefined : choiceNotice(choice)],
    notice:
      before && ledger
        ? continuation(before, ledger.jobs.counts(before.id).done, 'avatars')
        : noticeOf(project, ledger, subject),
    open: () => {
      const opened = project.ledger.open();
      const place = { owner: caller.owner, output: settings.output };
      const character = configured ? registerCharacter(opened, configured, place) : registered;
      if (!character) throw new Error('an avatar without a character');
      opened.characters.numbersStartAfter(character.id, highest);
      // The newest avatar would be the face: the one that is there stays until another is chosen.
      const face = faceOf(opened, character.key, project.services.drawing);
      if (face) opened.characters.chooseAvatar(character.key, face.id);
      const plan = () => planFor(opened, { ...subject, registered: character }, shots.length);
      return opened.jobs.openOrCreate({ ...same, characterKey: character.key, plan }).job;
    },
  };
}

/** The shots, with seeds that no avatar of the character was asked for with. */
function planFor(ledger: Ledger | undefined, subject: Subject, count: number): PlannedShot[] {
  const { registered } = subject;
  const isTaken = (prompt: string, seed: number) =>
    registered !== undefined && ledger?.jobs.isTaken({ characterKey: registered.key, prompt }, seed) === true;
  return planAvatars(lookOf(subject), count, isTaken);
}

function noticeOf(project: CreatingProject, ledger: Ledger | undefined, subject: Subject): Notice | undefined {
  const { id, registered } = subject;
  const face = registered && ledger && faceOf(ledger, registered.key, project.services.drawing);
  const message = face
    ? `${face.filename} stays the face of ${id} until another is chosen`
    : 'the newest is the face until another is chosen';
  return { message, advice: { code: 'use-image' } };
}
