import type { Command } from 'commander';
import type { Host } from '../host.ts';
import { UserError, type ExitCode } from '../errors.ts';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';

interface Known {
  name: string;
  description: string;
  options: KnownOption[];
}

interface KnownOption {
  long: string;
  description: string;
  /** What it takes, where that is a list. */
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
export async function completion(host: Host, shell: string, program: Command): Promise<ExitCode> {
  const script = SCRIPTS[shell];
  if (!script)
    throw new UserError(
      `no completion for ${JSON.stringify(shell.slice(0, 40))}: there are ${Object.keys(SCRIPTS).join(', ')}`,
    );
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.flatMap((option) =>
      option.long
        ? [
            {
              long: option.long,
              description: option.description,
              values: option.argChoices ?? VALUES[option.long] ?? [],
            },
          ]
        : [],
    ),
  }));
  host.stdout.write(script(commands));
  return 0;
}

function bash(commands: readonly Known[]): string {
  const cases = commands
    .map((c) => `    ${c.name}) words="${[...c.options.map((o) => o.long), ...argumentsOf(c)].join(' ')}" ;;`)
    .join('\n');
  const values = new Map(
    commands.flatMap((c) => c.options.filter((o) => o.values.length > 0).map((o) => [o.long, o.values])),
  );
  const taken = [...values]
    .map(([long, list]) => `    ${long}) COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$current")); return ;;`)
    .join('\n');
  return `# imggen completion for bash: source <(imggen completion bash)
_imggen() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${taken}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands.map((c) => c.name).join(' ')} --help --version"
  else case "\${COMP_WORDS[1]}" in
${cases}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _imggen imggen
`;
}

function argumentsOf(command: Known): readonly string[] {
  return command.name === 'completion' ? Object.keys(SCRIPTS) : [];
}

function zsh(commands: readonly Known[]): string {
  const quote = (text: string) =>
    text.replaceAll("'", '’').replaceAll(':', ' ').replaceAll('[', '(').replaceAll(']', ')');
  const list = commands.map((c) => `    '${c.name}:${quote(c.description)}'`).join('\n');
  const cases = commands
    .map(
      (c) =>
        `    ${c.name}) _arguments ${c.options.map((o) => `'${o.long}[${quote(o.description)}]${o.values.length > 0 ? `:value:(${o.values.join(' ')})` : ''}'`).join(' ')} '*:file:_files' ;;`,
    )
    .join('\n');
  return `#compdef imggen
_imggen() {
  local -a commands=(
${list}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "$words[2]" in
${cases}
  esac
}
_imggen "$@"
`;
}

function fish(commands: readonly Known[]): string {
  const quote = (text: string) => text.replaceAll("'", '’');
  const lines = commands.flatMap((c) => [
    `complete -c imggen -n __fish_use_subcommand -a ${c.name} -d '${quote(c.description)}'`,
    ...c.options.map(
      (o) =>
        `complete -c imggen -n '__fish_seen_subcommand_from ${c.name}' -l ${o.long.slice(2)}${o.values.length > 0 ? ` -x -a '${o.values.join(' ')}'` : ''} -d '${quote(o.description)}'`,
    ),
  ]);
  return `# imggen completion for fish\n${lines.join('\n')}\n`;
}
