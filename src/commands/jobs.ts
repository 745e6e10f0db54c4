import type { JobInfo } from '../app/status.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { stateWord } from '../terminal/job-state.ts';
import { printJson, printMessage, printTable, type Io } from '../terminal/print.ts';
import { ago, usd } from '../views/format.ts';
import { withImgGen, type CommonFlags } from './flags.ts';

const right = { align: 'right' as const };
const COLUMNS = [
  { title: 'job' },
  { title: 'kind' },
  { title: 'character', flexible: true },
  { title: 'state' },
  { title: 'done', ...right },
  { title: 'failed', ...right },
  { title: 'refused', ...right, spare: 2 },
  { title: 'held', ...right, spare: 3 },
  { title: 'cost', ...right },
  { title: 'provider' },
  { title: 'created' },
  { title: 'key', flexible: true, spare: 1 },
];

/** `imggen jobs`: history, newest first. */
export function jobs(io: Io, flags: CommonFlags): Promise<ExitCode> {
  return withImgGen(io, flags, { configOptional: true }, async (imggen) => {
    const list = await imggen.jobs();
    if (flags.json) printJson(io, { jobs: list });
    else if (list.length === 0)
      printMessage(io, flags, `no jobs yet: ${io.typed('create-character')}, or ${io.typed('pack --count 8')}`);
    else printTable(io, flags, { columns: COLUMNS, rows: list.map((job) => rowOf(job, io.host.now())) });
    return EXIT.ok;
  });
}

function rowOf(job: JobInfo, nowMs: number) {
  return [
    job.jobId,
    job.kind,
    job.characterId,
    { text: stateWord(job), tone: job.state === 'open' ? ('strong' as const) : ('quiet' as const) },
    `${job.done}/${job.imageCount}`,
    badCell(job.failed),
    badCell(job.refused),
    badCell(job.held),
    usd(job.costUsd),
    makersOf(job),
    ago(job.createdAt, nowMs),
    job.key ?? '',
  ];
}

/** Who made its pictures; before there is one, who will be asked first. */
function makersOf({ provider, madeBy, batch }: JobInfo): string {
  const makers = madeBy.length === 0 ? provider : [...new Set(madeBy.map((maker) => maker.provider))].join(', ');
  return batch ? `${makers} batch` : makers;
}

function badCell(shots: number) {
  return { text: shots > 0 ? String(shots) : '', tone: shots > 0 ? ('bad' as const) : ('quiet' as const) };
}
