/** What a training came to, in words for a person at a command line. Pure. */
import { relative } from 'node:path';
import type { TrainPlan } from '../app/train-plan.ts';
import type { Trained } from '../app/trained.ts';
import type { RunEvent } from '../events.ts';
import { microsOf, usdText } from '../money.ts';
import { bytes, count, duration, usd } from '../views/format.ts';
import { CAP_FLAGS, plainUsd } from './cap-flags.ts';
import type { AsTyped } from './program-name.ts';

/** Lines for a training that has ended, or was left. */
export function trainedLines(trained: Trained, cwd: string, typed: AsTyped): string[] {
  const { lora, jobId, characterId, provider, isNew } = trained;
  if (lora === null) return unfinishedLines(trained, typed);
  const near = relative(cwd, lora.path);
  const where = near.startsWith('..') ? lora.path : near;
  const made = isNew
    ? `the LoRA of ${trained.characterName} (${characterId}) is trained: ${usd(trained.costUsd)}`
    : `a LoRA of these pictures is there already (job ${jobId}): nothing was bought`;
  const gone = lora.isThere ? `${where}, ${bytes(lora.sizeBytes)}` : `${where}, whose file is gone or was changed`;
  return [
    made,
    `  in ${gone}`,
    `  prompts say ${lora.trigger} in place of the name`,
    `  models of ${provider} that take it: ${lora.madeWith.join(', ')}`,
    ...(lora.version === null ? [] : [`  version: ${lora.version}`]),
    ...(trained.message === null ? [] : [`  warning: ${trained.message}`]),
    ...(isNew ? [] : [`  \`${typed(`train ${characterId} --new`)}\` trains another`]),
  ];
}

function unfinishedLines(trained: Trained, typed: AsTyped): string[] {
  const { jobId, provider, message, isHeld, isLive, isWaiting, status, costUsd, reservedUsd } = trained;
  const why = message === null ? '' : `: ${message}`;
  const money = costUsd + reservedUsd > 0 ? ` (${usd(costUsd + reservedUsd)} counted)` : '';
  if (status === 'done') return [`the LoRA of job ${jobId} was made${money}, and was deleted since`];
  if (isHeld)
    return [
      `the training of job ${jobId} is held${why}${money}: nobody knows whether ${provider} has charged it`,
      `  look at ${provider}; \`${typed(`retry --unknown ${jobId}`)}\` pays again on purpose`,
    ];
  if (isLive)
    return [
      `the training of job ${jobId} is left at ${provider}${why}`,
      `  \`${typed(`resume ${jobId}`)}\` collects it`,
    ];
  if (status === 'interrupted' && !isWaiting)
    return [
      `the training of job ${jobId} was canceled${why}${money}`,
      `  \`${typed(`retry ${jobId}`)}\` takes it up again, and asks before`,
    ];
  if (status === 'all-failed' && !isWaiting) {
    const again = `\`${typed(`retry ${jobId}`)}\` trains again, and asks before`;
    return [`the training of job ${jobId} failed${why}${money}`, `  ${again}`];
  }
  return [
    `the training of job ${jobId} is not done${why}${money}`,
    `  \`${typed(`resume ${jobId}${capFlag(trained)}`)}\` goes on with it`,
  ];
}

/** ` --budget 2`: what lets it be sent, where a cap stopped it. */
function capFlag({ capNeeded }: Trained): string {
  if (capNeeded === null) return '';
  return ` ${CAP_FLAGS[capNeeded.cap]} ${plainUsd(capNeeded.enoughUsd)}`;
}

/** So often it is said that a training goes on. */
const SAY_EVERY_MS = 60_000;

/**
 * Where a training is, for a person: in lines, as it takes minutes. The function gives the line for an event;
 * undefined: nothing is to be said.
 */
export function progressLines(
  { quiet = false }: { quiet?: boolean | undefined },
  now: () => number,
): (event: RunEvent) => string | undefined {
  let sinceMs = now();
  let toldMs = sinceMs;
  return (event) => {
    if (event.event === 'notice') return quiet && event.level !== 'warn' ? undefined : event.message;
    if (quiet) return undefined;
    if (event.event === 'generation_submitted') sinceMs = toldMs = now();
    if (event.event !== 'shot_phase') return lineOf(event);
    if (event.phase !== 'waiting' || now() - toldMs < SAY_EVERY_MS) return undefined;
    toldMs = now();
    return `still training, ${duration(toldMs - sinceMs)}`;
  };
}

function lineOf(event: RunEvent): string | undefined {
  switch (event.event) {
    case 'generation_started':
      return `the pictures are sent to ${event.provider}`;
    case 'generation_submitted':
      return `accepted as ${event.remote_id}; it takes some minutes, and goes on there when you leave`;
    case 'generation_failed':
      return `${event.message}${event.retry_at === null ? '' : `; tried again at ${event.retry_at}`}`;
    default:
      return undefined;
  }
}

/** As the question says it: a worst case that is rounded down would be passed. */
function exact(dollars: number): string {
  return usdText(microsOf(dollars));
}

/** What a training would be. */
export function planLines(plan: TrainPlan): string[] {
  const { provider, trainer, steps, trigger, className, expectedUsd, worstUsd, leftOut, images } = plan;
  return [
    `a LoRA of ${plan.characterName} (${plan.characterId}) at ${provider} (${trainer}): ${steps} steps`,
    `  trigger word ${trigger}, class ${className}${plan.destination === null ? '' : `, into ${plan.destination}`}`,
    `  would cost about ${exact(expectedUsd)}; ${exact(worstUsd)} would be held (${plan.priceSource})`,
    ...(plan.priceNote === null ? [] : [`  ${plan.priceNote}`]),
    `  ${count(images.length, 'picture')} would be sent, about ${Math.ceil(plan.zipBytes / 1e5) / 10} MB`,
    ...images.map(({ filename, caption }) => `    ${filename}: ${caption}`),
    ...plan.warnings.map((warning) => `  note: ${warning}`),
    ...(leftOut.length === 0 ? [] : [`  left out: ${count(leftOut.length, 'picture')}`]),
    ...leftOut.map(({ filename, reason }) => `    ${filename}: ${reason}`),
    ...(plan.current === null ? [] : [`  packs use ${plan.current.filename} now`]),
    '  nothing was sent',
  ];
}
