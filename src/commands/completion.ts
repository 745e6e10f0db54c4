import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import type { Io } from '../terminal/print.ts';
import { UserError } from '../errors.ts';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';

interface Known {
  name: string;
  description: string;
  options: KnownOption[];
  /** What its argument may be, where that is a list. */
  argumentValues: readonly string[];
}

interface KnownOption {
  long: string;
  description: string;
  /** The next word is its value. */
  takesValue: boolean;
  /** What the value may be, where that is a list. */
  values: readonly string[];
}

/** Values of options whose list is not commander's to check. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--provider': ['auto', ...Object.keys(PROVIDERS)],
  '--storage': Object.keys(STORES),
  '--kind': ['avatar', 'training', 'gallery'],
  '--mark': ['approved', 'rejected', 'favorite'],
};

const SCRIPTS: Record<string, (commands: readonly Known[]) => string> = { bash, zsh, fish };

/** `imggen completion <shell>`: a script made from the commands as they are. */
export async function completion(io: Io, shell: string, program: Command): Promise<ExitCode> {
  const script = SCRIPTS[shell];
  if (!script)
    throw new UserError(
      `no completion for ${JSON.stringify(shell.slice(0, 40))}: there are ${Object.keys(SCRIPTS).join(', ')}`,
    );
  io.terminal.stdout.write(script(program.commands.map(known)));
  return EXIT.ok;
}

function known(command: Command): Known {
  const options = command.options.flatMap(({ long, description, required, argChoices }) =>
    long ? [{ long, description, takesValue: required, values: argChoices ?? VALUES[long] ?? [] }] : [],
  );
  const name = command.name();
  return {
    name,
    description: command.description(),
    options,
    argumentValues: name === 'completion' ? Object.keys(SCRIPTS) : (command.registeredArguments[0]?.argChoices ?? []),
  };
}

/** Where nothing is offered, readline completes file names (`-o default`), which it quotes as they need. */
function bash(commands: readonly Known[]): string {
  const options = new Map(commands.flatMap((command) => command.options.map((option) => [option.long, option])));
  const listed = [...options.values()].filter(({ values }) => values.length > 0);
  const free = [...options.values()].filter(({ takesValue, values }) => takesValue && values.length === 0);
  const taken = [
    ...listed.map(({ long, values }) => `    ${long}) words="${values.join(' ')}" ;;`),
    `    ${free.map(({ long }) => long).join('|')}) return ;;`,
  ];
  const cases = commands.map(
    ({ name, options: own, argumentValues }) =>
      `        ${name}) words="${[...own.map(({ long }) => long), ...argumentValues].join(' ')}" ;;`,
  );
  return `# imggen completion for bash: source <(imggen completion bash)
_imggen() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  # --option=value arrives as three words.
  if [ "$current" = "=" ]; then current=""
  elif [ "$before" = "=" ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  case "$before" in
${taken.join('\n')}
    *)
      if [ "$COMP_CWORD" -eq 1 ]; then
        words="${commands.map(({ name }) => name).join(' ')} help --help --version"
      else case "\${COMP_WORDS[1]}" in
        help) words="${commands.map(({ name }) => name).join(' ')}" ;;
${cases.join('\n')}
      esac; fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _imggen imggen
`;
}

/** Either autoloaded as `_imggen` from a folder of $fpath, or sourced after compinit. */
function zsh(commands: readonly Known[]): string {
  const quote = (text: string) =>
    text.replaceAll("'", '’').replaceAll(':', ' ').replaceAll('[', '(').replaceAll(']', ')');
  const value = ({ values }: KnownOption) => (values.length > 0 ? `:value:(${values.join(' ')})` : ':value:_files');
  const option = (one: KnownOption) =>
    one.takesValue
      ? `'${one.long}=[${quote(one.description)}]${value(one)}'`
      : `'${one.long}[${quote(one.description)}]'`;
  const list = commands.map(({ name, description }) => `    '${name}:${quote(description)}'`).join('\n');
  const cases = commands
    .map(({ name, options, argumentValues }) => {
      const rest = argumentValues.length > 0 ? `'1:what:(${argumentValues.join(' ')})'` : `'*:file:_files'`;
      return `    ${name}) _arguments ${[...options.map(option), rest].join(' ')} ;;`;
    })
    .join('\n');
  return `#compdef imggen
# imggen completion for zsh: imggen completion zsh > ~/.zfunc/_imggen
_imggen() {
  local -a commands=(
${list}
    'help:help for a command'
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  shift words
  (( CURRENT -= 1 ))
  case "$words[1]" in
    help) _describe command commands ;;
${cases}
  esac
}
if [[ "$funcstack[1]" == _imggen ]]; then _imggen "$@"; else compdef _imggen imggen; fi
`;
}

function fish(commands: readonly Known[]): string {
  const quote = (text: string) => text.replaceAll("'", '’');
  const names = commands.map(({ name }) => name).join(' ');
  const option = (command: string, { long, description, takesValue, values }: KnownOption) => {
    const taken = values.length > 0 ? ` -x -a '${values.join(' ')}'` : takesValue ? ' -r' : '';
    return (
      `complete -c imggen -n '__fish_seen_subcommand_from ${command}' -l ${long.slice(2)}${taken} -d ` +
      `'${quote(description)}'`
    );
  };
  const lines = commands.flatMap(({ name, description, options, argumentValues }) => [
    `complete -c imggen -n __fish_use_subcommand -f -a ${name} -d '${quote(description)}'`,
    ...options.map((one) => option(name, one)),
    ...(argumentValues.length > 0
      ? [`complete -c imggen -n '__fish_seen_subcommand_from ${name}' -f -a '${argumentValues.join(' ')}'`]
      : []),
  ]);
  return `# imggen completion for fish: imggen completion fish > ~/.config/fish/completions/imggen.fish
${lines.join('\n')}
complete -c imggen -n __fish_use_subcommand -f -a help -d 'help for a command'
complete -c imggen -n '__fish_seen_subcommand_from help' -f -a '${names}'
`;
}
