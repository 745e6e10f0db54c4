import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addDataset } from './grammar/dataset.ts';
import { addGoingOn } from './grammar/going-on.ts';
import { addKeeping, addMarking } from './grammar/keeping.ts';
import { addLooking } from './grammar/looking.ts';
import { addFromPictures, addMaking } from './grammar/making.ts';
import { examples, type Run } from './grammar/options.ts';
import { suggestedCommands } from './grammar/suggest.ts';
import { printable } from './sanitize.ts';
import type { ExitCode } from './terminal/exit-codes.ts';
import type { Io } from './terminal/print.ts';

/** Columns of the help where there is no terminal. */
export const HELP_WIDTH = 80;

/** A stream that help is written to. */
interface HelpStream {
  columns?: number;
  write: (text: string) => unknown;
}

/** As much of a command's surroundings as help needs; commands get the whole. */
export interface HelpIo {
  terminal: { stdout: HelpStream; stderr: HelpStream };
}

/** What parsing leaves behind. */
export interface Parsed {
  exitCode: ExitCode;
  /** Where the chosen command looks: the options that a command needs that is typed after it. */
  place: readonly string[];
}

/**
 * The command line. Throws commander's own errors instead of exiting.
 * @param name what the user types before a command.
 */
export function buildProgram(io: Io | HelpIo, parsed: Parsed, name = 'imggen'): Command {
  const { stdout, stderr } = io.terminal;
  const program = new Command(name)
    .description(
      'Consistent pictures of one character, in batches: never pays twice, never loses a paid picture, never ' +
        'passes the budget.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(seeHelp(name))
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false, minWidthToWrap: 20, subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(inOurWords(text)),
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
    })
    .addHelpText('after', examples(EXAMPLES))
    .addHelpText('after', EXIT_CODES)
    .hook('preAction', (_, command) => void (parsed.place = placeOf(command)));
  const run: Run = async (action, ...args) => {
    const command = (await action) as unknown as (...all: unknown[]) => Promise<ExitCode>;
    parsed.exitCode = await command(io, ...args);
  };
  addMaking(program, run);
  addFromPictures(program, run);
  addGoingOn(program, run);
  addLooking(program, run);
  addMarking(program, run);
  addDataset(program, run);
  addKeeping(program, run);
  for (const command of program.commands) command.showHelpAfterError(seeHelp(`${name} ${command.name()}`));
  return program;
}

/** Which config, ledger and owner the command was told, as options; of several configs the first has the ledger. */
function placeOf(command: Command): string[] {
  const { config, ledger, owner, allOwners } = command.opts<Record<string, string | boolean | undefined>>();
  const [configs] = command.processedArgs as unknown[];
  const first = command.name() === 'create-character' && Array.isArray(configs) ? (configs[0] as unknown) : undefined;
  const told = Object.entries({ '--config': first ?? config, '--ledger': ledger, '--owner': owner });
  return [
    ...told.flatMap(([flag, value]) => (typeof value === 'string' ? [flag, value] : [])),
    ...(allOwners === true ? ['--all-owners'] : []),
  ];
}

/** A command in the list of all, without `[options]`: every one has options. */
function termOf(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(' ');
}

/**
 * The words to parse. A command that there is none of is refused here, also where only its help is asked for.
 * @throws commander's error, told already.
 */
export function wordsFor(program: Command, words: readonly string[]): string[] {
  const named = words[0] === 'help' ? words[1] : words[0];
  const known = program.commands.some((command) => command.name() === named || command.aliases().includes(named ?? ''));
  if (named === undefined || named === 'help' || named.startsWith('-') || known) return [...words];
  const meant = suggestedCommands(
    named,
    program.commands.map((command) => command.name()),
  );
  const suggestion = meant.length === 0 ? '' : `\n  did you mean ${meant.join(' or ')}?`;
  program.error(`imggen: unknown command '${printable(named, 60)}'${suggestion}`, {
    code: 'commander.unknownCommand',
  });
}

/** Said after what was typed wrong. */
function seeHelp(command: string): string {
  return `  → ${command} --help shows what there is`;
}

/** What the parser says, in the form of all our messages. */
function inOurWords(text: string): string {
  return text.replace(/^error: /, 'imggen: ').replace(/^\(Did you mean (.*)\?\)$/m, '  did you mean $1?');
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

const EXAMPLES = [
  'imggen init                      a config to start from',
  'imggen create-character          avatar and 10 training pictures, no key',
  'imggen pack --count 8            8 gallery pictures',
  'imggen gallery mira-sol          what there is',
  'imggen pack --count 8 --dry-run  what it would be, and cost',
];

const EXIT_CODES = `Exit codes: 0 done, 2 usage or config, 3 some failed, 4 budget, 5 key or credit,
6 all failed, 75 unknown or still live, 130 interrupted
`;
