import type { JobStatus } from '../app/status.ts';
import type { ImgGen } from '../imggen.ts';
import { printable } from '../sanitize.ts';
import { raisedBy } from '../terminal/cap-flags.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { stateWord } from '../terminal/job-state.ts';
import type { AsTyped } from '../terminal/program-name.ts';
import { printJson, printLine, printText, type Io } from '../terminal/print.ts';
import { summaryOf } from '../terminal/summary.ts';
import { openView, type ViewFlags } from '../terminal/view.ts';
import { count, duration, usd } from '../views/format.ts';
import type { RunSummary } from '../views/view.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

/** Shots in the making that are named. */
const NAMES_SHOWN = 6;

/** Options of `imggen status`. */
type StatusFlags = CommonFlags & ViewFlags & { watch?: boolean };

/** `imggen status [job]`: how a job stands; `--watch` keeps it live, also for a job that another process runs. */
export function status(io: Io, name: string | undefined, flags: StatusFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    if (flags.watch) return watch(io, imggen, { name, flags });
    const facts = await imggen.status(name);
    if (flags.json) printJson(io, facts);
    else print(io, facts);
    return EXIT.ok;
  });
}

function print(io: Io, facts: JobStatus): void {
  for (const [label, text] of linesOf(facts, io)) printLine(io, `${`${label}:`.padEnd(13)}${printable(text)}`);
  for (const { shot, errorType, message } of facts.failures) {
    printText(io, `  ${printable(`${shot}: ${errorType}: ${message}`)}`);
  }
}

function linesOf(facts: JobStatus, { typed, host }: Pick<Io, 'typed' | 'host'>): [label: string, text: string][] {
  const { uploads, averageMs, timeLeftMs, position } = facts;
  const key = facts.key === null ? '' : ` (${facts.key})`;
  const isTraining = facts.kind === 'train';
  const what = isTraining ? 'training of a LoRA' : `${facts.kind} of ${count(facts.imageCount, 'picture')}`;
  const lines: [string, string][] = [
    ['job', `${facts.jobId}${key}, ${what} for ${facts.characterId}`],
    ['state', stateOf(facts, typed)],
    ['provider', `${facts.provider} ${facts.model}${facts.batch ? ', in batches' : ''}`],
    ...madeByOthers(facts),
    [isTraining ? 'LoRA' : 'pictures', picturesOf(facts)],
  ];
  if (facts.making.length > 0) lines.push(['making', namesOf(facts.making)]);
  for (const batch of facts.batches) lines.push(['batch', batchWords(batch, host.now())]);
  if (position !== null) lines.push(['position', `${position} in the queue`]);
  if (uploads.pending + uploads.failed > 0) {
    lines.push(['uploads', `${uploads.pending} pending, ${uploads.failed} failed`]);
  }
  const reserved = facts.reservedUsd > 0 ? ` + ${usd(facts.reservedUsd)} reserved` : '';
  lines.push(['spend', `${usd(facts.costUsd)}${reserved}, today ${usd(facts.spentTodayUsd)}`]);
  if (facts.state === 'open') lines.push(['limits', limitsOf(facts)]);
  if (averageMs !== null && !isTraining) lines.push(['average', `${duration(averageMs)} a picture`]);
  if (timeLeftMs !== null) lines.push(['time left', `about ${duration(timeLeftMs)}`]);
  return lines;
}

/** Who made the pictures, where the job's own provider did not make all. */
function madeByOthers({ provider, model, madeBy }: JobStatus): [label: string, text: string][] {
  if (madeBy.every((maker) => maker.provider === provider && maker.model === model)) return [];
  const makers = madeBy.map((maker) => `${maker.provider} ${maker.model} (${count(maker.pictures, 'picture')})`);
  return [['made by', makers.join(', ')]];
}

function stateOf(facts: JobStatus, typed: AsTyped): string {
  const word = stateWord(facts);
  if (word === 'running') {
    return `running: ${facts.workers.map(({ pid, host }) => `process ${pid} on ${host}`).join(', ')}`;
  }
  if (word !== 'stopped') return word;
  const go = typed(`resume ${facts.jobId}${raisedBy(facts.capsNeeded?.resume ?? {})}`);
  if (isOnlyHeld(facts)) {
    const again = typed(`retry --unknown ${facts.jobId}${raisedBy(facts.capsNeeded?.retryUnknown ?? {})}`);
    return `stopped, what is left is held: ${again} pays again; where the provider can be asked, ${go} asks it`;
  }
  const inBatches = facts.batches.reduce((sum, { pictures }) => sum + pictures, 0);
  const isAllSent = inBatches > 0 && inBatches === facts.inFlight && facts.queued === 0;
  if (!isAllSent) return `stopped, nobody works on it: ${go}`;
  return facts.batches.length === 1 ? `its batch is collected by: ${go}` : `its batches are collected by: ${go}`;
}

/** Nothing is left but requests of which nobody knows what became. */
function isOnlyHeld({ held, queued, inFlight, uploads }: JobStatus): boolean {
  return held > 0 && queued + inFlight + uploads.pending + uploads.failed === 0;
}

/** What was sent and until when it is made; its provider is asked how far it is when it is collected. */
function batchWords({ batchId, provider, pictures, until }: JobStatus['batches'][number], nowMs: number): string {
  const what = `${count(pictures, 'picture')} at ${provider} as ${batchId}`;
  if (until === null) return what;
  const end = `${until.slice(0, 16).replace('T', ' ')} UTC`;
  return Date.parse(until) < nowMs
    ? `${what}, ended by ${end}`
    : `${what}, in the making, made by ${end} at the latest`;
}

function limitsOf({ concurrency, capsUsd: { perImage, perRun, perDay } }: JobStatus): string {
  const caps: [number | null, string][] = [
    [perImage, 'a picture'],
    [perRun, 'a job'],
    [perDay, 'a day'],
  ];
  const told = caps.flatMap(([cap, words]) => (cap === null ? [] : [`${usd(cap)} ${words}`]));
  return [`${concurrency} at a time`, ...(told.length > 0 ? [`at most ${told.join(', ')}`] : [])].join(', ');
}

function namesOf(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function picturesOf(facts: JobStatus): string {
  const parts: [number, string][] = [
    [facts.inFlight, 'in flight'],
    [facts.queued, 'queued'],
    [facts.failed, 'failed'],
    [facts.refused, 'refused'],
    [facts.held, 'held (outcome unknown)'],
    [facts.canceled, 'canceled'],
    [facts.placeholders, 'with a placeholder'],
  ];
  const others = parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`);
  return [`${facts.done} of ${facts.imageCount} done`, ...others].join(', ');
}

/**
 * Follows the events that another process commits, in the same view as a run of our own. Ends with the job, or with
 * Ctrl-C.
 */
async function watch(
  io: Io,
  imggen: ImgGen,
  { name, flags }: { name: string | undefined; flags: StatusFlags },
): Promise<ExitCode> {
  const stop = new AbortController();
  const off = io.terminal.onInterrupt(() => stop.abort());
  const { jobId: job } = await imggen.status(name);
  const view = await openView(io, flags);
  try {
    for await (const event of imggen.watch(job, { signal: stop.signal })) view.handle(event);
  } finally {
    off();
  }
  const summary = { ...summaryOf(await imggen.watched(job), io.host.cwd, io.typed), exitCode: EXIT.ok };
  const facts = await imggen.status(job);
  await view.close(facts.running ? leftAlone(summary, job) : idle(summary, facts));
  return EXIT.ok;
}

/** The last words on a job that goes on without us: how far it is, and nothing that a person should do about it. */
function leftAlone(summary: RunSummary, job: string): RunSummary {
  const headline = `stopped watching; job ${job} goes on`;
  return {
    ...summary,
    headline,
    interrupted: false,
    failures: [],
    failuresMore: 0,
    notices: [],
    warnings: [],
    next: [],
  };
}

/** The last words on a job that nobody works on. */
function idle(summary: RunSummary, facts: JobStatus): RunSummary {
  if (stateWord(facts) !== 'stopped') return summary;
  return { ...summary, headline: `job ${facts.jobId} is stopped, nobody works on it: ${summary.headline}` };
}
