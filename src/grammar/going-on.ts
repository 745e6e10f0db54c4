/** Commands that go on with jobs, or stop them. */
import type { Command } from 'commander';
import { batching, common, running, type Run } from './options.ts';

/** resume, retry, work, cancel. */
export function addGoingOn(program: Command, run: Run): void {
  running(
    batching(
      program
        .command('resume')
        .description('go on with what is unfinished: all jobs, or one')
        .argument('[job]', 'a job’s number or key'),
    ),
    ['imggen resume', 'imggen resume 3 --budget 10'],
  ).action((job, flags) =>
    run(
      import('../commands/resume.ts').then((m) => m.resume),
      job,
      flags,
    ),
  );
  running(
    batching(
      program
        .command('retry')
        .description('try failed and refused shots again')
        .argument('[job]', 'a job’s number or key')
        .option('--unknown', 'also shots that were perhaps charged: pays again, on purpose'),
    ),
    ['imggen retry 3', 'imggen retry --unknown 3'],
  ).action((job, flags) =>
    run(
      import('../commands/resume.ts').then((m) => m.retry),
      job,
      flags,
    ),
  );
  running(
    program
      .command('work')
      .description('go on with all open jobs, and with those that come, by priority, until it is stopped')
      .option('--once', 'until nothing can go on now'),
    ['imggen work', 'imggen work --once --json'],
  ).action((flags) =>
    run(
      import('../commands/work.ts').then((m) => m.work),
      flags,
    ),
  );
  common(
    program
      .command('cancel')
      .description('stop a job, also one that another process runs, and the work at the provider where it can')
      .argument('<job>', 'a job’s number or key')
      .option('--json', 'one JSON document on stdout'),
    ['imggen cancel 3'],
  ).action((job, flags) =>
    run(
      import('../commands/cancel.ts').then((m) => m.cancel),
      job,
      flags,
    ),
  );
}
