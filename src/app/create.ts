import { UserError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { usdText } from '../money.ts';
import { takeSeed } from '../plan/seeds.ts';
import { registerCharacter } from './characters.ts';
import { choiceNotice } from './choice.ts';
import { planCreation, existingOf, type CharacterPlan, type CreateOptions, type Existing } from './first-pictures.ts';
import { paidInVain } from './jobs.ts';
import { takesFace } from './likeness.ts';
import type { CreatingProject } from './making.ts';
import type { Notice } from './notice.ts';
import { alikeOf } from './preflight.ts';
import type { PlannedJob } from './planned-job.ts';
import { rerolling } from './reroll.ts';
import { highestStored } from './store-numbers.ts';
import { assertTogether } from './together.ts';

/**
 * The jobs of the characters of several configs, to be made in one run with the ledger of the first.
 * @throws {UserError} when the configs do not go together.
 */
export async function creations(projects: readonly CreatingProject[], options: CreateOptions): Promise<PlannedJob[]> {
  assertTogether(projects);
  if (options.key !== undefined && projects.length > 1) {
    throw new UserError('a key names one job, and each config makes a job of its own', {
      hint: 'run the configs one by one with a key each, or leave the key out',
    });
  }
  const jobs: PlannedJob[] = [];
  const [first] = projects;
  for (const project of projects)
    jobs.push(...(await creation({ ...project, ledger: first?.ledger ?? project.ledger }, options)));
  return jobs;
}

/**
 * The job of the config's character, to be run: a new one, or what is missing of it. Of an avatar that was rejected
 * there is another take first. @throws {UserError}
 */
async function creation(project: CreatingProject, options: CreateOptions): Promise<PlannedJob[]> {
  const plan = await planCreation(project, options);
  const { character, settings } = plan;
  const existing = existingOf(project, plan, options);
  const { same, known, before, rejected, isFaced, missing, elsewhere } = existing;
  const highest = await highestStored(project, settings.store, {
    characterId: character.id,
    acceptUnread: options.acceptUnreadStore === true,
  });
  const ready = await project.services.provider(settings.provider);
  const asked = before ? changedSettings(before.settings, same.changes ?? {}) : settings;
  const refusal = before && paidInVain(project.ledger.open(), before, asked);
  const takes = rejected === undefined ? [] : await otherAvatar(project, character.id, { rejected, options });
  const done = before && project.ledger.open().jobs.counts(before.id).done;
  if (takes.length > 0 && before && done === before.imageCount) return takes;
  const job: PlannedJob = {
    characterId: character.id,
    characterKey: known?.key,
    makesAvatar: !isFaced,
    settings: asked,
    before,
    refusal,
    requeues: UNMADE,
    ...UNPAID,
    alike: before ? project.ledger.open().jobs.alike(before.id, ['queued', ...UNMADE], UNPAID) : alikeOf(missing),
    notice: before ? goingOn(project.ledger.open(), before) : elsewhere,
    notices: [before ? undefined : choiceNotice(plan.choice)],
    besides: elsewhere?.message,
    open: () => {
      const own = { ...settings, needsFace: takesFace(settings, ready) };
      const opened = openCreation(project, { ...plan, settings: own }, { existing, highest });
      if (takes.length > 0) project.ledger.open().jobs.waitForAvatar(opened.id);
      return opened;
    },
  };
  return [...takes, job];
}

/** Shots in these states are made by a repeated command … */
export const UNMADE = ['failed', 'canceled'] as const;
/** … but for those that were paid: only `retry` and `reroll` pay for a picture again. */
export const UNPAID = { unpaid: true };

/** Writes the job, or opens it again. @param of.highest the highest number that the store holds. */
function openCreation(
  { ledger, caller }: CreatingProject,
  { character, settings }: CharacterPlan,
  { existing: { same, missing }, highest }: { existing: Existing; highest: number },
): Job {
  const { jobs, characters } = ledger.open();
  const registered = registerCharacter(ledger.open(), character, { owner: caller.owner, output: settings.output });
  characters.numbersStartAfter(registered.id, highest);
  const what = { characterKey: registered.key, imageCount: missing.length, plan: () => missing };
  const { job, created } = jobs.openOrCreate({ ...same, ...what, settings });
  if (created) return job;
  jobs.renewSeeds(job.id, takeSeed);
  jobs.requeue(job.id, UNMADE, UNPAID);
  return job;
}

/** Another take of an avatar that was rejected, where no other one serves. */
async function otherAvatar(
  project: CreatingProject,
  characterId: string,
  { rejected, options: { acceptUnreadStore } }: { rejected: string; options: CreateOptions },
): Promise<PlannedJob[]> {
  const jobs = await rerolling(project, { images: [rejected], acceptUnreadStore });
  const message = `the avatar of ${characterId} is rejected (${rejected}): making another take of it`;
  return jobs.map((job) => ({ ...job, notice: { message } }));
}

/** What is said of a job that goes on, or is complete. */
export function goingOn(ledger: Ledger, job: Job): Notice {
  const {
    id,
    characterId,
    imageCount,
    settings: { provider },
  } = job;
  const { done } = ledger.jobs.counts(id);
  const inVain = ledger.jobs.paidInVain(id);
  const there = `${done} of ${imageCount} pictures`;
  if (done < imageCount) {
    const message = `going on with job ${id} at ${provider}: ${there} of ${characterId} are there`;
    if (inVain.shots === 0) return { message };
    const left = `${inVain.shots} more ${inVain.shots === 1 ? 'was' : 'were'} paid and brought no picture`;
    return {
      message: `${message}; ${left} (${usdText(inVain.micros)}), and not asked for again`,
      advice: { code: 'retry-paid', jobId: String(id) },
    };
  }
  const complete = `${characterId} is complete: ${there}, made with ${provider}`;
  return { message: `${complete}: nothing to make`, advice: { code: 'reroll' } };
}
