/** Commands that show what there is. */
import { Argument, type Command } from 'commander';
import { common, examples, listed, type Run } from './options.ts';

/** gallery, status, show, score, characters, jobs, stats, models, providers, workflow. */
export function addLooking(program: Command, run: Run): void {
  addGallery(program, run);
  common(
    program
      .command('status')
      .description('how a job stands: queue, in flight, done, failed, spend, time left')
      .argument('[job]', 'a job’s number or key (default: the unfinished one, else the newest)')
      .option('--watch', 'keep it live, also for a job that another process runs')
      .option('--no-ink', 'plain lines instead of the live view')
      .option('--json', 'one JSON document on stdout'),
    ['imggen status', 'imggen status 3 --watch'],
  ).action((job, flags) =>
    run(
      import('../commands/status.ts').then((m) => m.status),
      job,
      flags,
    ),
  );
  common(
    program
      .command('show')
      .description('everything known of one picture: prompt, seed, requests, cost, references, marks')
      .argument('<image>', 'a file name, or mira-sol/3')
      .option('--json', 'one JSON document on stdout'),
    ['imggen show mira-sol/3', 'imggen show mira_sol_image_00003 --json'],
  ).action((image, flags) =>
    run(
      import('../commands/show.ts').then((m) => m.show),
      image,
      flags,
    ),
  );
  addScore(program, run);
  query(program, 'characters', 'the characters of this ledger: seed, pictures, face, cost').action((flags) =>
    run(
      import('../commands/characters.ts').then((m) => m.characters),
      flags,
    ),
  );
  addHistory(program, run);
  addModels(program, run);
  query(program, 'providers', 'what there is, what it costs, what it can do, which key was found')
    .option('--check', 'ask each provider with a key, and the store, whether it is healthy')
    .action((flags) =>
      run(
        import('../commands/providers.ts').then((m) => m.providers),
        flags,
      ),
    );
  addWorkflow(program, run);
}

function addScore(program: Command, run: Run): void {
  common(
    program
      .command('score')
      .description('is it the same face? measured here, on this machine')
      .argument('<what...>', 'a character’s id, folders, picture files')
      .option('--reference <file>', 'a picture of the face, or a folder of them; repeatable', listed)
      .option('--min-consistency <n>', 'exit 3 when the mean is below, 0 … 1')
      .option('--json', 'one JSON document on stdout'),
    ['imggen score mira-sol', 'imggen score pictures/ --reference mira.png', 'imggen score *.jpg --json'],
  ).action((what, flags) =>
    run(
      import('../commands/score.ts').then((m) => m.score),
      what,
      flags,
    ),
  );
}

function addWorkflow(program: Command, run: Run): void {
  program
    .command('workflow')
    .description('check a workflow file of ComfyUI: its placeholders, and what is wrong with it')
    .addArgument(new Argument('<action>', 'what to do').choices(['check']))
    .argument('<file>', 'in API format: Workflow → Export (API)')
    .option('--json', 'one JSON document on stdout')
    .option('--no-color', 'no colors')
    .addHelpText('after', examples(['imggen workflow check portrait.json']))
    .action((action, file, flags) =>
      run(
        import('../commands/workflow.ts').then((m) => m.workflow),
        action,
        file,
        flags,
      ),
    );
}

function addModels(program: Command, run: Run): void {
  query(program, 'models', 'which model keeps a face, how, and what a picture of this config costs')
    .argument('[provider]', 'of one provider')
    .option('--provider <name>', 'the same')
    .option('--size <size>', 'WIDTHxHEIGHT in pixels')
    .option('--quality <quality>', 'as the model takes it')
    .action((provider: string | undefined, flags: Record<string, unknown>) =>
      run(
        import('../commands/models.ts').then((m) => m.models),
        provider === undefined ? flags : { ...flags, provider },
      ),
    );
}

function addHistory(program: Command, run: Run): void {
  query(program, 'jobs', 'history of jobs').action((flags) =>
    run(
      import('../commands/jobs.ts').then((m) => m.jobs),
      flags,
    ),
  );
  query(program, 'stats', 'success rate, speed and spend by provider and model, by character, by day')
    .option('--since <when>', 'a date (2026-11-21) or an age (2h, 3d)')
    .action((flags) =>
      run(
        import('../commands/stats.ts').then((m) => m.stats),
        flags,
      ),
    );
}

function query(program: Command, name: string, description: string): Command {
  const command = program.command(name).description(description).option('--json', 'one JSON document on stdout');
  return common(command, [`imggen ${name}`, `imggen ${name} --json`]);
}

function addGallery(program: Command, run: Run): void {
  common(
    program
      .command('gallery')
      .description('all pictures of a character, newest first')
      .argument('<id>', 'a character’s id')
      .option('--kind <kind>', 'avatar, training or gallery')
      .option('--job <job>', 'of one job')
      .option('--provider <name>', 'made by one provider')
      .option('--since <when>', 'a date (2026-11-21) or an age (2h, 3d)')
      .option('--mark <mark>', 'approved, rejected or favorite')
      .option('--limit <n>', 'at most so many')
      .option('--html [file]', 'write one page that holds everything (default: gallery.html beside the pictures)')
      .option('--open', 'open that page')
      .option('--output <dir>', 'folder of the pictures (default: images)')
      .option('--json', 'one JSON document on stdout'),
    [
      'imggen gallery mira-sol',
      'imggen gallery mira-sol --kind training --json',
      'imggen gallery mira-sol --html --open',
    ],
  ).action((id, flags) =>
    run(
      import('../commands/gallery.ts').then((m) => m.gallery),
      id,
      flags,
    ),
  );
}
