import { Command, Option } from 'commander';
import type { CommonFlags } from './app/house.ts';
import type { Host } from './host.ts';
import type { ExitCode } from './errors.ts';

/** Where the chosen command leaves its exit code. */
export interface Outcome {
  code: ExitCode;
}

/** Columns of the help where there is no terminal. */
export const HELP_WIDTH = 80;

/** As much of the host as help needs. */
export interface HelpHost {
  stdout: { columns?: number; write: (text: string) => unknown };
  stderr: { columns?: number; write: (text: string) => unknown };
}

type Runs = (...args: never[]) => Promise<ExitCode>;

/**
 * The command line. Every action imports its command when it is chosen, so that help is instant.
 * Throws commander's own errors instead of exiting.
 */
export function buildProgram(host: Host | HelpHost, outcome: Outcome): Command {
  const program = new Command('imggen')
    .description(
      'Consistent pictures of one character, in batches: never pays twice, never loses a paid picture, never passes the budget.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('  → the same with --help shows what there is')
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text.replace(/^error: /, 'imggen: ')),
      getOutHelpWidth: () => host.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => host.stderr.columns ?? HELP_WIDTH,
    })
    .addHelpText('after', EXAMPLES);
  const run: Run = async (action, ...args) => {
    const command = (await action) as unknown as (...all: unknown[]) => Promise<ExitCode>;
    outcome.code = await command(host, ...args);
  };
  addMaking(program, run);
  addLooking(program, run);
  addKeeping(program, run);
  return program;
}

type Run = (action: Promise<Runs>, ...args: unknown[]) => Promise<void>;

function addMaking(program: Command, run: Run): void {
  common(program.command('init').description('write a config.json to start from'), [])
    .option('--force', 'replace a config.json that is there')
    .addHelpText('after', examples(['imggen init', 'imggen init && imggen create-character --dry-run']))
    .action((flags) =>
      run(
        import('./commands/init.ts').then((m) => m.init),
        flags,
      ),
    );
  making(
    program
      .command('create-character')
      .description(
        'register the character and lock its seed; make the avatar, then 10 training pictures; run again, only what is missing',
      ),
  )
    .argument('[config...]', 'configs, one a character (default: --config, $IMGGEN_CONFIG, ./config.json)')
    .option('--relock', 'accept a config whose seed or attributes differ from what is locked')
    .addHelpText(
      'after',
      examples([
        'imggen create-character',
        'imggen create-character mira.json kenji.json --budget 5',
        'imggen create-character --provider replicate --dry-run',
      ]),
    )
    .action((configs: string[], flags: CommonFlags) =>
      run(
        import('./commands/create-character.ts').then((m) => m.createCharacters),
        configs,
        flags,
      ),
    );
  making(program.command('pack').description('make N gallery pictures with varied poses'))
    .argument('[character]', 'a character’s id (default: the one in the config)')
    .option('-n, --count <n>', 'how many pictures (required)')
    .option('--new', 'start another job although an identical one is unfinished')
    .option('--relock', 'accept a config whose seed or attributes differ from what is locked')
    .addHelpText(
      'after',
      examples([
        'imggen pack --count 8',
        'imggen pack mira-sol --count 40 --provider replicate --budget 1.50',
        'imggen pack --count 8 --key nightly-42 --json    # CI: the same key never makes a second job',
      ]),
    )
    .action((id: string | undefined, flags: CommonFlags & { count?: string }) =>
      run(
        import('./commands/pack.ts').then((m) => m.pack),
        id,
        flags,
      ),
    );
  making(program.command('resume').description('go on with what is unfinished: all jobs, or one'))
    .argument('[job]', 'a job’s number or key')
    .addHelpText('after', examples(['imggen resume', 'imggen resume 3 --budget 10']))
    .action((job: string | undefined, flags: CommonFlags) =>
      run(
        import('./commands/work.ts').then((m) => m.resume),
        job,
        flags,
      ),
    );
  making(program.command('retry').description('try failed and refused shots again'))
    .argument('[job]', 'a job’s number or key')
    .option('--unknown', 'also shots that were perhaps charged: pays again, on purpose')
    .addHelpText('after', examples(['imggen retry 3', 'imggen retry --unknown 3']))
    .action((job: string | undefined, flags: CommonFlags) =>
      run(
        import('./commands/work.ts').then((m) => m.retry),
        job,
        flags,
      ),
    );
  common(
    program
      .command('cancel')
      .description('stop a job, also one that another process runs, and the work at the provider where it can'),
    ['--json'],
  )
    .argument('<job>', 'a job’s number or key')
    .addHelpText('after', examples(['imggen cancel 3']))
    .action((job: string, flags: CommonFlags) =>
      run(
        import('./commands/work.ts').then((m) => m.cancel),
        job,
        flags,
      ),
    );
}

function addLooking(program: Command, run: Run): void {
  common(program.command('gallery').description('all pictures of a character, newest first'), ['--json'])
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
    .addHelpText(
      'after',
      examples([
        'imggen gallery mira-sol',
        'imggen gallery mira-sol --kind training --json',
        'imggen gallery mira-sol --html --open',
      ]),
    )
    .action((id: string, flags: CommonFlags) =>
      run(
        import('./commands/gallery.ts').then((m) => m.gallery),
        id,
        flags,
      ),
    );
  common(program.command('status').description('how a job stands: queue, in flight, done, failed, spend, time left'), [
    '--json',
  ])
    .argument('[job]', 'a job’s number or key (default: the unfinished one, else the newest)')
    .option('--watch', 'keep it live, also for a job that another process runs')
    .option('--no-ink', 'plain lines instead of the live view')
    .addHelpText('after', examples(['imggen status', 'imggen status 3 --watch']))
    .action((job: string | undefined, flags: CommonFlags) =>
      run(
        import('./commands/status.ts').then((m) => m.status),
        job,
        flags,
      ),
    );
  common(program.command('jobs').description('history of jobs'), ['--json'])
    .addHelpText('after', examples(['imggen jobs', 'imggen jobs --json']))
    .action((flags: CommonFlags) =>
      run(
        import('./commands/jobs.ts').then((m) => m.jobs),
        flags,
      ),
    );
  common(program.command('stats').description('success rate, p50 and p95, spend by provider, model and day'), [
    '--json',
  ])
    .addHelpText('after', examples(['imggen stats', 'imggen stats --json']))
    .action((flags: CommonFlags) =>
      run(
        import('./commands/jobs.ts').then((m) => m.stats),
        flags,
      ),
    );
  common(
    program.command('providers').description('what there is, what it costs, what it can do, which key was found'),
    ['--json'],
  )
    .option('--check', 'ask each provider with a key, and the store, whether it is healthy')
    .addHelpText('after', examples(['imggen providers', 'imggen providers --check']))
    .action((flags: CommonFlags) =>
      run(
        import('./commands/providers.ts').then((m) => m.providers),
        flags,
      ),
    );
}

function addKeeping(program: Command, run: Run): void {
  common(program.command('mark').description('approve, reject or favour pictures'), ['--json'])
    .argument('<image...>', 'file names, or mira-sol/1')
    .option('--approve', 'it is good')
    .option('--reject', 'it is not: `imggen clean` lists it')
    .option('--favorite', 'it is among the best')
    .option('--clear', 'take the mark away')
    .addHelpText(
      'after',
      examples(['imggen mark mira_sol_image_00003 --approve', 'imggen mark mira-sol/3 mira-sol/7 --reject']),
    )
    .action((names: string[], flags: CommonFlags) =>
      run(
        import('./commands/mark.ts').then((m) => m.mark),
        names,
        flags,
      ),
    );
  keeping(common(program.command('upload').description('send pictures to the store that were made without one'), []))
    .argument('<id>', 'a character’s id')
    .option('--json', 'one event a line on stdout, and nothing else there')
    .option('--quiet', 'only what went wrong')
    .option('--no-ink', 'plain lines and a bar instead of the live view')
    .addHelpText('after', examples(['imggen upload mira-sol --storage cloudinary']))
    .action((id: string, flags: CommonFlags) =>
      run(
        import('./commands/upload.ts').then((m) => m.upload),
        id,
        flags,
      ),
    );
  keeping(
    common(program.command('adopt').description('fill the ledger with the pictures that the store already holds'), [
      '--json',
    ]),
  )
    .argument('<id>', 'a character’s id; registered from the config when it is new')
    .addHelpText('after', examples(['imggen adopt mira-sol']))
    .action((id: string, flags: CommonFlags) =>
      run(
        import('./commands/adopt.ts').then((m) => m.adopt),
        id,
        flags,
      ),
    );
  keeping(
    common(
      program
        .command('clean')
        .description('list what belongs to nothing: files, rows, pictures in the store, old parts, rejected pictures'),
      ['--json'],
    ),
  )
    .option('--yes', 'delete it')
    .addHelpText('after', examples(['imggen clean', 'imggen clean --yes']))
    .action((flags: CommonFlags) =>
      run(
        import('./commands/clean.ts').then((m) => m.clean),
        flags,
      ),
    );
  keeping(
    common(
      program.command('delete').description('remove pictures, or all of a character, from disk, store and gallery'),
      ['--json'],
    ),
  )
    .argument('<what...>', 'file names, mira-sol/1, or a character’s id')
    .option('--yes', 'without asking')
    .addHelpText('after', examples(['imggen delete mira_sol_image_00003', 'imggen delete mira-sol --yes']))
    .action((names: string[], flags: CommonFlags) =>
      run(
        import('./commands/delete.ts').then((m) => m.remove),
        names,
        flags,
      ),
    );
  program
    .command('completion')
    .description('print a completion script for your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      examples([
        'source <(imggen completion bash)',
        'imggen completion zsh > ~/.zfunc/_imggen',
        'imggen completion fish > ~/.config/fish/completions/imggen.fish',
      ]),
    )
    .action((shell: string) =>
      run(
        import('./commands/completion.ts').then((m) => m.completion),
        shell,
        program,
      ),
    );
}

/** Of commands that look at the pictures' folder. */
function keeping(command: Command): Command {
  return command.option('--output <dir>', 'folder of the pictures (default: images)');
}

/** Options of every command; `--json` and the like only where they mean something. */
function common(command: Command, extra: readonly '--json'[]): Command {
  command
    .option('--config <file>', 'config to use (default: $IMGGEN_CONFIG, else ./config.json)')
    .option('--ledger <file>', 'ledger to use (default: .imggen/ledger.db beside the config)')
    .option('--storage <name>', 'store to use: none, cloudinary')
    .option('--owner <name>', 'whose characters (default: $IMGGEN_OWNER)')
    .option('--all-owners', 'everybody’s characters: for the administrator of this machine')
    .option('--log <file>', 'append a structured, redacted log')
    .option('--no-color', 'no colors');
  if (extra.includes('--json')) command.option('--json', 'one JSON document on stdout');
  return command;
}

/** Options of the commands that make pictures. */
function making(command: Command): Command {
  return common(command, [])
    .option('--provider <name>', 'local, openai, replicate, or auto')
    .option('--model <id>', 'model of that provider')
    .option('--seed <n>', 'seed of the character, 0 … 4294967295')
    .option('--size <WxH>', 'pixels, for example 1024x1536')
    .option('--quality <name>', 'as the model takes it: low, medium, high …')
    .option('--concurrency <n>', 'pictures in the making at once')
    .option('--budget <usd>', 'cap of this job in US dollars')
    .option('--output <dir>', 'folder of the pictures (default: images)')
    .option('--key <name>', 'names the job: the same key never makes a second one')
    .addOption(new Option('--priority <level>', 'of the job among others').choices(['high', 'normal', 'low']))
    .option('--require-seed', 'refuse a provider that has no seed')
    .option('--allow-unknown-price', 'accept a model whose price nobody knows')
    .option('--timeout-ms <n>', 'per picture')
    .option('--attempts-max <n>', 'per picture')
    .option('--no-thumbnails', 'make no thumbnails')
    .option('--dry-run', 'print shots, seeds, prompts and the worst-case cost; send and write nothing')
    .option('--json', 'one event a line on stdout, and nothing else there')
    .option('--quiet', 'only what went wrong')
    .option('--no-ink', 'plain lines and a bar instead of the live view')
    .option('--yes', 'go on without asking');
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}

const VERSION = '0.1.0';

const EXAMPLES = `
Examples:
  $ imggen init                                      a config to start from
  $ imggen create-character                          avatar and 10 training pictures, no key needed
  $ imggen pack --count 8                            8 gallery pictures
  $ imggen gallery mira-sol                          what there is
  $ imggen pack --count 8 --provider replicate --dry-run   what it would cost

Exit codes: 0 done, 2 usage or config, 3 some failed, 4 budget, 5 key or credit, 6 all failed, 75 unknown or still live, 130 interrupted
`;
