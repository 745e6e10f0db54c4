/** Commands that mark, move and delete pictures. */
import { Option, type Command } from 'commander';
import { common, examples, keeping, type Run } from './options.ts';

/** use, mark, delete. */
export function addMarking(program: Command, run: Run): void {
  common(
    program
      .command('use')
      .description('make a picture the face that goes along with all later ones')
      .argument('<image>', 'a file name, or mira-sol/3')
      .option('--json', 'one JSON document on stdout'),
    ['imggen use mira-sol/3'],
  ).action((image, flags) =>
    run(
      import('../commands/use.ts').then((m) => m.use),
      image,
      flags,
    ),
  );
  common(
    program
      .command('mark')
      .description('approve or reject pictures, or mark them as favorites')
      .argument('<image...>', 'file names, or mira-sol/1')
      .option('--approve', 'it is good')
      .option('--reject', `it is not: \`${program.name()} clean\` lists it`)
      .option('--favorite', 'it is among the best')
      .addOption(new Option('--favourite').hideHelp())
      .option('--clear', 'take the marks away')
      .option('--json', 'one JSON document on stdout'),
    [
      'imggen mark mira_sol_image_00003 --approve',
      'imggen mark mira-sol/3 mira-sol/7 --reject',
      'imggen mark mira-sol/{2..11} --approve   # ten pictures, in bash and zsh',
    ],
  ).action((names, flags) =>
    run(
      import('../commands/mark.ts').then((m) => m.mark),
      names,
      flags,
    ),
  );
  keeping(
    program
      .command('delete')
      .description('remove pictures, or all of a character, from disk, store and gallery')
      .argument('<what...>', 'file names, mira-sol/1, or a character’s id')
      .option('--yes', 'without asking')
      .option('--uncollected', 'also give up paid work that is not collected yet')
      .option('--json', 'one JSON document on stdout'),
    ['imggen delete mira_sol_image_00003', 'imggen delete mira-sol --yes'],
  ).action((names, flags) =>
    run(
      import('../commands/delete.ts').then((m) => m.remove),
      names,
      flags,
    ),
  );
}

/** upload, adopt, clean, completion. */
export function addKeeping(program: Command, run: Run): void {
  keeping(
    program
      .command('upload')
      .description('send pictures to the store that were made without one')
      .argument('<id>', 'a character’s id')
      .option('--json', 'one event a line on stdout, and nothing else there')
      .option('--quiet', 'only what went wrong')
      .option('--no-ink', 'plain lines and a bar instead of the live view'),
    ['imggen upload mira-sol --storage cloudinary'],
  ).action((id, flags) =>
    run(
      import('../commands/upload.ts').then((m) => m.upload),
      id,
      flags,
    ),
  );
  keeping(
    program
      .command('adopt')
      .description('fill the ledger with the pictures that the store already holds')
      .argument('<id>', 'a character’s id; registered from the config when it is new')
      .option('--download', 'bring the files of all pictures, not only of avatars and approved training pictures')
      .option('--json', 'one JSON document on stdout'),
    ['imggen adopt mira-sol', 'imggen adopt mira-sol --download'],
  ).action((id, flags) =>
    run(
      import('../commands/adopt.ts').then((m) => m.adopt),
      id,
      flags,
    ),
  );
  keeping(
    program
      .command('clean')
      .description('list what belongs to nothing: files, rows, pictures in the store, old parts, rejected pictures')
      .option('--yes', 'delete it')
      .option('--json', 'one JSON document on stdout'),
    ['imggen clean', 'imggen clean --yes'],
  ).action((flags) =>
    run(
      import('../commands/clean.ts').then((m) => m.clean),
      flags,
    ),
  );
  addCompletion(program, run);
}

function addCompletion(program: Command, run: Run): void {
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
    .action((shell) =>
      run(
        import('../commands/completion.ts').then((m) => m.completion),
        shell,
        program,
      ),
    );
}
