/** Options that several commands share, and how a command is run. */
import { Option, type Command } from 'commander';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';
import type { ExitCode } from '../terminal/exit-codes.ts';

/** A command's function: what it is called with follows from its grammar. */
export type Action = (...args: never[]) => Promise<ExitCode>;

/** Loads a command when it is chosen, so that help is instant, and runs it. */
export type Run = (action: Promise<Action>, ...args: unknown[]) => Promise<void>;

/** Options of commands that look at the pictures' folder. */
export function keeping(command: Command, lines: readonly string[]): Command {
  return common(command.option('--output <dir>', 'folder of the pictures (default: images)'), lines);
}

/** Options of every command. */
export function common(command: Command, lines: readonly string[]): Command {
  return command
    .option('--config <file>', 'config to use (default: $IMGGEN_CONFIG, else ./config.json)')
    .option('--ledger <file>', 'ledger to use (default: .imggen/ledger.db beside the config)')
    .option('--storage <name>', `store to use: ${Object.keys(STORES).join(', ')}`)
    .option('--owner <name>', 'whose characters (default: $IMGGEN_OWNER)')
    .option('--all-owners', 'everybody’s characters: for the administrator of this machine')
    .option('--log <file>', 'append a structured, redacted log')
    .option('--no-color', 'no colors')
    .addHelpText('after', examples(lines));
}

/** Options of the commands that begin a job. */
export function making(command: Command, lines: readonly string[]): Command {
  return running(command, lines)
    .option('--provider <name>', `${Object.keys(PROVIDERS).join(', ')}, or auto`)
    .option('--model <id>', 'model of that provider')
    .option('--size <WxH>', 'pixels, for example 1024x1536')
    .option('--aspect-ratio <W:H>', 'shape, for example 3:4; about as many pixels as the size')
    .option('--transparent', 'a transparent background, of models that can')
    .option('--output <dir>', 'folder of the pictures (default: images)')
    .option('--key <name>', 'names the job: the same key never makes a second one')
    .option('--dry-run', 'print shots, seeds, prompts and the worst-case cost; send and write nothing');
}

/** Options of all commands that make pictures, also of those that go on with a job: its way of making them stays. */
export function running(command: Command, lines: readonly string[]): Command {
  return common(command, lines)
    .option('--quality <name>', 'as the model takes it: low, medium, high …')
    .option('--concurrency <n>', 'pictures in the making at once')
    .option('--budget <usd>', 'cap of this job in US dollars')
    .option('--max-image-usd <usd>', 'cap of one picture in US dollars')
    .option('--max-day-usd <usd>', 'cap of one UTC day in US dollars, over all jobs')
    .addOption(new Option('--priority <level>', 'of the job among others').choices(['high', 'normal', 'low']))
    .option('--require-seed', 'refuse a provider that has no seed')
    .option('--allow-unknown-price', 'accept a model whose price nobody knows')
    .option('--timeout-ms <n>', 'per picture')
    .option('--attempts-max <n>', 'per picture')
    .option('--no-thumbnails', 'make no thumbnails')
    .option('--placeholders', 'fill pictures that fail with drawings, until `retry` makes them')
    .option('--score', 'compare the faces of the pictures with each other, too, where there is no face')
    .option('--no-score', 'do not compare the faces of the pictures')
    .option('--min-consistency <n>', 'likeness, 0 … 1: a picture below is made again, a pack below exits 3')
    .option('--rerolls <n>', 'other takes of such a picture at most (default: 1); each is paid')
    .option('--allow-inconsistent', 'a pack below passes all the same')
    .option('--json', 'one event a line on stdout, and nothing else there')
    .option('--quiet', 'only what went wrong')
    .option('--no-ink', 'plain lines and a bar instead of the live view')
    .option('--yes', 'go on without asking');
}

/** In batches: commands whose pictures nobody waits for. */
export function batching(command: Command): Command {
  return command
    .option('--batch', 'in batches: half the price, made within a day, collected by a later `resume`')
    .option('--no-batch', 'at once, at the full price, whatever config or job say');
}

/** The seed: only where a character's pictures are planned. */
export function seedOption(): Option {
  return new Option('--seed <n>', 'seed of the character, 0 … 4294967295');
}

/** Examples under the help of a command, or of the program, as the user who started it types them. */
export function examples(lines: readonly string[]): (context: { command: Command }) => string {
  return ({ command }) => {
    const name = (command.parent ?? command).name();
    const typed = lines.map((line) => `  $ ${line.replaceAll(/\bimggen (?=[a-z])/g, `${name} `)}`);
    return `\nExamples:\n${typed.join('\n')}\n`;
  };
}

/** An option that may be given more than once. */
export function listed(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
