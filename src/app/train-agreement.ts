/** What is said and asked before a training: it costs dollars, so a person says yes to each. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { LORA_FOLDER } from '../images/folder.ts';
import type { Total } from '../ledger/budget.ts';
import type { Caps, Job } from '../ledger/records.ts';
import { usdOf, usdText } from '../money.ts';
import type { Outside } from './opened-run.ts';
import { AnsweredNo } from './refusals.ts';
import { isFolder } from './removal.ts';
import type { RunOptions } from './run.ts';
import type { TrainingProject } from './train-job.ts';
import type { PlannedTraining, TrainPlan } from './train-plan.ts';

/** What is asked about; `before`: a training that goes on. */
interface Asked extends Pick<RunOptions, 'confirm'> {
  planned: PlannedTraining;
  before: Job | undefined;
}

/**
 * Says what is sent and what it costs, and asks. @throws {UserError} `budget` where a cap is too low, or where nobody
 * can be asked; `declined` for a no.
 */
export async function agreeToTrain(
  project: Pick<TrainingProject, 'ledger' | 'config'>,
  { planned, before, confirm }: Asked,
  { emit, signals }: Outside,
): Promise<void> {
  const { told, price } = planned;
  assertUnderCaps(project, { worstMicros: price.worstMicros, before });
  for (const message of [...wordsOf(planned), ...capsOf(project, before)])
    emit({ event: 'notice', level: 'info', message });
  for (const message of [...unfinishedBeside(project, { planned, before }), ...unknownWeights(project, planned)])
    emit({ event: 'notice', level: 'warn', message });
  const what = `Send ${picturesOf(told)} to ${told.provider} and train for up to ${usdText(price.worstMicros)}?`;
  await agreeTo(what, { confirm: signals.drain.aborted ? () => false : confirm, worstMicros: price.worstMicros });
}

/** Asks for a yes. @throws {UserError} */
export async function agreeTo(
  question: string,
  { confirm, worstMicros }: Pick<RunOptions, 'confirm'> & { worstMicros: number },
): Promise<void> {
  if (!confirm)
    throw new UserError(`a training costs up to ${usdText(worstMicros)}, and nobody can be asked: nothing was sent`, {
      kind: 'budget',
      hint: 'agree to it beforehand',
      advice: { code: 'agree-to-train' },
    });
  if (!(await confirm(question))) throw new AnsweredNo();
}

/** The caps that hold, and what they have left. */
function capsOf({ ledger, config }: Pick<TrainingProject, 'ledger' | 'config'>, before: Job | undefined): string[] {
  const { perRunMicros: job, perDayMicros: day } = { ...(before?.settings.caps ?? config.caps), ...givenCaps(config) };
  const { spentMicros, reservedMicros } = ledger.open().queries.today();
  const caps = [
    ...(job === undefined ? [] : [`${usdText(job)} for the training`]),
    ...(day === undefined ? [] : [`${usdText(day)} for the day, ${usdText(spentMicros + reservedMicros)} of it used`]),
  ];
  return [caps.length === 0 ? 'no cap is set' : `caps: ${caps.join('; ')}`];
}

/** Other trainings of the character that something is left of: perhaps paid, and not what is asked about. */
function unfinishedBeside(
  { ledger }: Pick<TrainingProject, 'ledger'>,
  of: Pick<Asked, 'planned' | 'before'>,
): string[] {
  const { key } = of.planned.character;
  const { jobs } = ledger.open();
  return jobs.list(SEARCHED).flatMap(({ id, kind, characterKey, state }) => {
    if (kind !== 'train' || characterKey !== key || id === of.before?.id) return [];
    const { held, leased, queued } = jobs.counts(id);
    const other = `job ${id}, another training of this character,`;
    if (held > 0) return [`${other} was sent and is perhaps paid: nobody knows what became of it`];
    if (leased > 0) return [`${other} was sent and is not collected yet: going on with it pays nothing`];
    return queued > 0 && state === 'open' ? [`${other} is unfinished: it can be gone on with`] : [];
  });
}

/** A ledger that was put back, or made anew, knows nothing of what was paid since: its weights lie there. */
function unknownWeights(
  { ledger, config }: Pick<TrainingProject, 'ledger' | 'config'>,
  { character: { id } }: PlannedTraining,
): string[] {
  const folder = join(config.output, id, LORA_FOLDER);
  const names = isFolder(folder)
    ? readdirSync(folder).filter((name) => /_lora_\d+(?:_\d+)?\.safetensors$/.test(name))
    : [];
  const unknown = names.filter((name) => !ledger.open().loras.knows(id, name));
  if (unknown.length === 0) return [];
  return [
    `weights that this ledger knows nothing of lie in ${folder}, perhaps of the same pictures: ${unknown.join(', ')}`,
  ];
}

/** How far back other trainings are looked for. */
const SEARCHED = 10_000;

function wordsOf({ told, price }: PlannedTraining): string[] {
  const [expected, worst] = [usdText(price.expectedMicros), usdText(price.worstMicros)];
  const { provider, trainer, trigger, className, steps, priceNote, priceSource, current, warnings } = told;
  const into = told.destination === null ? '' : `, into ${told.destination}`;
  return [
    `a LoRA of ${told.characterName} (${told.characterId}) at ${provider} (${trainer}): ${steps} steps, ` +
      `trigger word ${trigger}, class ${className}${into}`,
    `${picturesOf(told)} with captions are sent to ${provider}, about ${Math.ceil(told.zipBytes / 1e5) / 10} MB`,
    `it costs about ${expected}, held is ${worst} (${priceSource})`,
    ...(priceNote === null ? [] : [priceNote]),
    ...warnings.map((warning) => `note: ${warning}`),
    ...(current === null ? [] : [`the LoRA that packs use now stays on the disk: ${current.filename}`]),
  ];
}

function picturesOf({ images }: Pick<TrainPlan, 'images'>): string {
  return images.length === 1 ? '1 picture' : `${images.length} pictures`;
}

/** The caps that the user gave this time hold for a training from now on. Returns it as it then is. */
export function changeCaps({ ledger, config }: Pick<TrainingProject, 'ledger' | 'config'>, { id }: Job): Job {
  return ledger.openExisting().jobs.change(id, { caps: givenCaps(config) });
}

/** The caps that the user gave this time, for a training that goes on; nothing else of it changes. */
export function givenCaps({ given, caps }: Config): Caps {
  return {
    ...(given.budgetUsd === undefined ? {} : { perRunMicros: caps.perRunMicros }),
    ...(given.maxDayUsd === undefined ? {} : { perDayMicros: caps.perDayMicros }),
  };
}

/**
 * The same caps are looked at again inside of the claim. @throws {UserError} `budget` for the first that is too low.
 */
export function assertUnderCaps(
  { ledger, config }: Pick<TrainingProject, 'ledger' | 'config'>,
  { worstMicros, before }: { worstMicros: number; before: Job | undefined },
): void {
  const { jobs, queries } = ledger.open();
  const { perRunMicros: job, perDayMicros: day } = { ...(before?.settings.caps ?? config.caps), ...givenCaps(config) };
  const spent = before ? jobs.total(before.id) : { spentMicros: 0, reservedMicros: 0 };
  assertUnder('run', { capMicros: job, total: spent, worstMicros });
  assertUnder('day', { capMicros: day, total: queries.today(), worstMicros });
}

function assertUnder(
  cap: 'run' | 'day',
  of: { capMicros: number | undefined; total: Total; worstMicros: number },
): void {
  const { capMicros, total, worstMicros } = of;
  const enoughMicros = total.spentMicros + total.reservedMicros + worstMicros;
  if (capMicros === undefined || enoughMicros <= capMicros) return;
  const what = cap === 'run' ? 'the job' : 'the day';
  const before = enoughMicros > worstMicros ? `, ${usdText(enoughMicros - worstMicros)} of it spent or held` : '';
  const words = `the training may cost up to ${usdText(worstMicros)}, and the cap of ${what} is ${usdText(capMicros)}`;
  throw new UserError(`${words}${before}: nothing was sent`, {
    kind: 'budget',
    hint: `raise the cap of ${what}`,
    advice: { code: 'raise-cap', cap, someFit: false, enoughUsd: usdOf(enoughMicros) },
  });
}
