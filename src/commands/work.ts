import { generate } from '../app/generate.ts';
import { existingLedger, withHouse, type CommonFlags, type House } from '../app/house.ts';
import { knownJob, ownJobs } from '../app/jobs.ts';
import { printJson, printLine } from '../terminal/print.ts';
import { readyProvider } from '../app/services.ts';
import type { Host } from '../host.ts';
import { UserError, type ExitCode } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { count } from '../views/format.ts';

/** `imggen resume [job]`: goes on with what is unfinished, all jobs or one. */
export function resume(host: Host, name: string | undefined, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const jobs = name === undefined ? ownJobs(house, ledger, unfinished(ledger)) : [knownJob(house, ledger, name)];
    if (jobs.some((job) => job.state === 'cancelled')) {
      throw new UserError(`job ${jobs[0]?.id} was cancelled`, {
        hint: `\`imggen retry ${jobs[0]?.id}\` takes it up again`,
      });
    }
    const open = jobs.filter((job) => isOpen(ledger, job));
    if (open.length === 0) return nothing(house, 'nothing is unfinished');
    return generate(house, {
      jobs: open,
      notices: open.map(
        (job) => `resuming job ${job.id}: ${job.kind} of ${count(job.imageCount, 'picture')} for ${job.characterId}`,
      ),
    });
  });
}

/** `imggen retry [job]`: tries failed and refused shots again; with `--unknown` those that were perhaps charged, too. */
export function retry(
  host: Host,
  name: string | undefined,
  flags: CommonFlags & { unknown?: boolean },
): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const jobs =
      name === undefined
        ? ownJobs(house, ledger, ledger.jobs.list(1000).toReversed())
        : [knownJob(house, ledger, name)];
    const again = jobs.filter((job) => requeued(ledger, job, flags.unknown === true, name !== undefined) > 0);
    if (again.length === 0) {
      const held = jobs.reduce((sum, job) => sum + ledger.jobs.counts(job.id).hold, 0);
      if (held > 0 && !flags.unknown) {
        return nothing(
          house,
          `nothing has failed; ${count(held, 'shot')} with unknown outcome ${held === 1 ? 'is' : 'are'} held: \`imggen retry --unknown\` pays again on purpose`,
        );
      }
      return nothing(house, 'nothing has failed');
    }
    return generate(house, { jobs: again.map((job) => ledger.jobs.find(job.id) ?? job) });
  });
}

function requeued(ledger: Ledger, job: Job, unknown: boolean, named: boolean): number {
  if (job.state === 'cancelled' && !named) return 0;
  const states: ('failed' | 'refused' | 'cancelled' | 'hold')[] = ['failed', 'refused'];
  if (named) states.push('cancelled');
  if (unknown) states.push('hold');
  return ledger.jobs.requeue(job.id, states) + ledger.uploads.retryFailed(job.id);
}

/** `imggen cancel <job>`: stops a job, also one that another process runs, and asks the providers to stop. */
export function cancel(host: Host, name: string, flags: CommonFlags): Promise<ExitCode> {
  return withHouse<ExitCode>(host, flags, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const job = knownJob(house, ledger, name);
    if (job.state === 'ended') return nothing(house, `job ${job.id} has ended already`);
    const waiting = ledger.jobs.cancel(job.id);
    const stopped = await cancelRemote(house, ledger, job);
    if (flags.json) printJson(house, { job: String(job.id), cancelled: waiting, cancelledAtProvider: stopped });
    else
      printLine(
        house,
        `cancelled job ${job.id}: ${count(waiting, 'waiting shot')} dropped${stopped > 0 ? `, ${stopped} stopped at the provider` : ''}; what is finished stays`,
      );
    return 0;
  });
}

async function cancelRemote(house: House, ledger: Ledger, job: Job): Promise<number> {
  let stopped = 0;
  for (const open of ledger.queries.openRemote(job.id)) {
    try {
      const { provider } = await readyProvider(house.config, house.host, open.provider);
      if (await provider.cancel?.(open.remoteId, { signal: AbortSignal.timeout(20_000) })) stopped += 1;
    } catch (error) {
      house.host.stderr.write(
        `${open.shot}: ${open.provider} could not be asked to stop: ${house.clean((error as Error).message)}\n`,
      );
    }
  }
  return stopped;
}

function unfinished(ledger: Ledger): Job[] {
  const open = ledger.jobs.open();
  const known = new Set(open.map((job) => job.id));
  const uploads = ledger.jobs
    .list(1000)
    .filter((job) => !known.has(job.id) && job.state === 'ended' && isOpen(ledger, job));
  return [...open, ...uploads];
}

function isOpen(ledger: Ledger, job: Job): boolean {
  const counts = ledger.jobs.counts(job.id);
  const uploads = ledger.uploads.open(job.id);
  return counts.queued + counts.leased + counts.hold + uploads.pending + uploads.failed > 0;
}

function nothing(house: House, words: string): ExitCode {
  if (house.flags.json) printJson(house, { message: words });
  else printLine(house, words);
  return 0;
}
