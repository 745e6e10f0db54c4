/** Edits without a prompt: models that work on a picture (upscalers, restorers). What would pay twice is refused. */
import { UserError } from '../errors.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image, Job, JobSettings, Shot } from '../ledger/records.ts';
import type { EarlierWork } from '../ledger/worked-on.ts';
import type { Capabilities } from '../providers/capabilities.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { Notice } from './notice.ts';
import type { Project } from './project.ts';

type WorkingProject = Pick<Project, 'config' | 'services' | 'ledger'>;

/** Looks whether the config's model is one that takes no prompt. @throws {UserError} where a prompt is missing. */
export async function assertNeedsNoPrompt({ config, services }: WorkingProject, image: string): Promise<void> {
  if (config.provider !== 'auto') {
    const ready = await services.provider(config.provider);
    await services.learn(ready);
    if (ready.provider.capabilities(ready.model).prompt !== undefined) return;
  }
  throw new UserError('what is to change? The prompt is missing', {
    hint: 'nothing was sent. Only models that work on a picture as it is (upscalers, restorers) take none',
    advice: { code: 'give-prompt', image },
  });
}

/** An edit without a prompt. */
interface Work {
  source: Image;
  settings: JobSettings;
  options: { count?: number | undefined; seed?: number | undefined; fresh?: boolean | undefined };
}

/**
 * Looks whether the model can do what is asked, and whether that makes another picture than those that are there.
 * @throws {UserError} with every problem.
 */
export function assertNewWork(project: WorkingProject, ledger: Ledger, work: Work, can: Capabilities): void {
  const { source, settings, options } = work;
  const { model } = settings;
  const problems = unfitting(project, options, can);
  if (problems.length > 0)
    throw new UserError(`${model} can't work on ${source.filename}:`, { problems, hint: NOTHING });
  const earlier = options.fresh === true ? undefined : ledger.images.workedOn(source.id, settings);
  // A plan asks nobody: whether the model took a seed then is what is known.
  const isSame = can.seed === 'none' || (can.prompt === 'unread' && isWithoutSeed(earlier));
  if (!earlier || !isSame) return;
  if (isOpen(earlier)) throw underWay(model, source, earlier.jobId);
  throw new UserError(`${model} has worked on ${source.filename} already: ${whatCame(earlier)}`, {
    hint: `${NOTHING}. It takes no seed: the same would be paid twice. With other inputs, ask for a new job`,
    advice: { code: 'new-job' },
  });
}

function isWithoutSeed(earlier: EarlierWork | undefined): boolean {
  return earlier !== undefined && 'filename' in earlier && earlier.seedHonored === 'no';
}

function isOpen(earlier: EarlierWork): earlier is { jobId: number; isOpen: true } {
  return 'isOpen' in earlier && earlier.isOpen;
}

function whatCame(earlier: EarlierWork): string {
  return 'filename' in earlier
    ? earlier.filename
    : `job ${earlier.jobId} was paid, or perhaps paid, and made no picture`;
}

function underWay(model: string, { filename }: Image, jobId: number): UserError {
  return new UserError(`job ${jobId} has ${model} work on ${filename}, and is not finished`, {
    hint: `${NOTHING}. It takes no seed: the same would be paid twice`,
    advice: { code: 'resume-job', jobId: String(jobId) },
  });
}

/** A job that is tried again. */
interface Retry {
  job: Pick<Job, 'id' | 'kind'>;
  settings: JobSettings;
  states: readonly Shot['state'][];
  /** What the same retry has tried: source picture and model → job. Added to. */
  tried: Map<string, number>;
}

/**
 * Looks whether another job has done the work of an edit without words since, is at it, or is tried again beside it.
 * @throws {UserError} where the same would be paid twice.
 */
export function assertStillMissing(ledger: Ledger, { job, settings, states, tried }: Retry, can: Capabilities): void {
  if (job.kind !== 'edit' || can.seed !== 'none') return;
  const { provider, model } = settings;
  for (const { prompt, sourceImageId } of ledger.queries.shots(job.id, states)) {
    const source = sourceImageId === null ? undefined : ledger.images.find(sourceImageId);
    if (prompt !== '' || !source) continue;
    const later = ledger.images.workedOn(source.id, { provider, model, afterJobId: job.id });
    if (later && isOpen(later)) throw underWay(model, source, later.jobId);
    if (later)
      throw new UserError(`another job has had ${model} work on ${source.filename} since: ${whatCame(later)}`, {
        hint: `${NOTHING}. To have it made again, edit the picture in a new job`,
        advice: { code: 'new-job' },
      });
    const work = JSON.stringify([source.id, provider, model]);
    const other = tried.get(work) ?? job.id;
    if (other !== job.id)
      throw new UserError(`job ${other}, which is tried again, has ${model} work on ${source.filename}, too`, {
        hint: `${NOTHING}. It takes no seed: the same would be paid twice`,
      });
    tried.set(work, job.id);
  }
}

const NOTHING = 'nothing was sent';

/** What of a request a model that works on a picture can't do. */
function unfitting(
  { config: { given } }: WorkingProject,
  { count = 1, seed }: Work['options'],
  { seed: support }: Capabilities,
): string[] {
  const isSame = support === 'none';
  return [
    ...(isSame && count > 1 ? [`count: it takes no seed, so all ${count} would be the same picture; ask for 1`] : []),
    ...(isSame && seed !== undefined ? ['seed: it takes none; leave it out'] : []),
    ...(given.size === undefined ? [] : ['size: it decides how large the picture is; leave it out']),
    ...(given.quality === undefined ? [] : ['quality: it takes none; leave it out']),
  ];
}

/** True for shots that go without words. */
export function isWordless({ promptChars }: Pick<AlikeShots, 'promptChars'>): boolean {
  return promptChars === 0;
}

/** @throws {UserError} where another take of an edit without words would be the same picture, paid again. */
export function assertOtherTakes(
  edits: readonly AlikeShots[],
  can: Capabilities,
  { provider, model }: Pick<JobSettings, 'provider' | 'model'>,
): void {
  if (can.prompt !== 'none' || can.seed !== 'none' || !edits.some(isWordless)) return;
  throw new UserError(`${model} takes no seed: another take would be the same picture, paid again`, {
    hint:
      `${NOTHING}. Take another model, or change its inputs (providers.${provider}.models) and edit the picture ` +
      'anew',
  });
}

/** What a plan can't tell of an edit without a prompt; undefined: it can, or there is a prompt. */
export function unreadWorkNotice(
  { model }: Pick<JobSettings, 'model'>,
  { provider }: ReadyProvider,
  shots: readonly { prompt: string }[],
): Notice | undefined {
  if (provider.capabilities(model).prompt !== 'unread' || shots.every(({ prompt }) => prompt !== '')) return undefined;
  const what = 'whether it needs a prompt, or more than the picture';
  return { message: `${provider.name} (${model}) is not known here: the run reads ${what}, before anything is sent` };
}

/** Of a model that was not read yet no more is known than that the picture goes along. */
export function knownWork(can: Capabilities, shots: readonly { prompt: string }[]): Capabilities {
  const isUnread = can.prompt === 'unread' && shots.some(({ prompt }) => prompt === '');
  return isUnread ? { ...can, keepsFace: 'edit', negativePrompt: false } : can;
}
