/** Commands that make pictures, and go on with making them. */
import { type Command } from 'commander';
import { batching, examples, listed, making, seedOption, type Run } from './options.ts';

/** init, create-character, pack. */
export function addMaking(program: Command, run: Run): void {
  program
    .command('init')
    .description('write a config.json to start from')
    .option('--force', 'replace a config.json, or write it in front of a .yaml')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', examples(['imggen init', 'imggen init && imggen create-character --dry-run']))
    .action((flags) =>
      run(
        import('../commands/init.ts').then((m) => m.init),
        flags,
      ),
    );
  making(
    batching(
      program
        .command('create-character')
        .description(
          'register the character and lock its seed; make the avatar, then 10 training pictures; run again, only ' +
            'what is missing',
        )
        .argument('[config...]', 'configs, one a character (default: --config, $IMGGEN_CONFIG, ./config.json)')
        .option('--training <file>', 'another training set: YAML, JSON, or one scene a line')
        .option('--training-count <n>', 'how many training pictures, 1 to 100 (default: 10)')
        .addOption(seedOption())
        .option('--relock', 'accept a config whose seed or attributes differ from what is locked'),
    ),
    [
      'imggen create-character',
      'imggen create-character mira.json kenji.json --budget 5',
      'imggen create-character --provider replicate --dry-run',
    ],
  ).action((configs, flags) =>
    run(
      import('../commands/create-character.ts').then((m) => m.createCharacters),
      configs,
      flags,
    ),
  );
  addAvatar(program, run);
  addPack(program, run);
}

function addAvatar(program: Command, run: Run): void {
  making(
    program
      .command('avatar')
      .description(`make candidates of the avatar, each with a seed of its own; \`${program.name()} use\` chooses one`)
      .argument('[character]', 'a character’s id (default: the one in the config)')
      .option('-n, --count <n>', 'how many candidates, 1 to 100 (default: 1)')
      .option('--new', 'start another job although an identical one is unfinished')
      .addOption(seedOption())
      .option('--relock', 'accept a config whose seed or attributes differ from what is locked'),
    ['imggen avatar --count 4', 'imggen use mira-sol/2    # this one is the face from now on'],
  ).action((id, flags) =>
    run(
      import('../commands/avatar.ts').then((m) => m.avatar),
      id,
      flags,
    ),
  );
}

function addPack(program: Command, run: Run): void {
  making(
    batching(
      program
        .command('pack')
        .description('make gallery pictures: scenes of your own, or N varied poses and places')
        .argument('[character]', 'a character’s id (default: the one in the config)')
        .option('-n, --count <n>', 'how many pictures; required without scenes, which share them in turn')
        .option('--scene <text>', 'what to show: place and action; repeatable', listed)
        .option('--scenes <file>', 'more of them: YAML, JSON, or one a line')
        .option('--no-scenes', 'not those of the config')
        .option('--outfit <text>', 'clothes of all pictures, in place of the character’s')
        .option('--context <file>', 'story, place and mood of all pictures: a text, or YAML or JSON')
        .option('--no-lora', 'without the LoRA of the character')
        .option('--new', 'start another job although an identical one is unfinished')
        .addOption(seedOption())
        .option('--relock', 'accept a config whose seed or attributes differ from what is locked'),
    ),
    [
      'imggen pack --count 8',
      'imggen pack --scene "on a balcony in Lisbon at sunset" --count 4',
      'imggen pack mira-sol --scenes trip.yaml --budget 1.50 --dry-run',
      'imggen pack --count 8 --key nightly-42 --json   # CI: never a second job',
      'imggen pack --count 8 --batch   # half the price; then imggen resume',
    ],
  ).action((id, flags) =>
    run(
      import('../commands/pack.ts').then((m) => m.pack),
      id,
      flags,
    ),
  );
}

/** edit, reroll. */
export function addFromPictures(program: Command, run: Run): void {
  making(
    batching(
      program
        .command('edit')
        .description('make a new picture from an existing one, with a model that can edit; the old picture stays')
        .argument('<image>', 'a file name, or mira-sol/3')
        .option('--prompt <text>', 'what to change; sent as it is. Left out for a model that takes none')
        .option('-n, --count <n>', 'how many takes, 1 to 100 (default: 1)')
        .option('--seed <n>', 'seed of the first take (default: the picture’s own)')
        .option('--new', 'start another job although an identical one is unfinished, or its picture is there'),
    ),
    [
      'imggen edit mira-sol/3 --prompt "make it night, with street lamps"',
      'imggen edit mira-sol/3 --prompt "a red coat" --count 4 --dry-run',
      'imggen edit mira-sol/3 --provider replicate --model nightmareai/real-esrgan',
    ],
  ).action((image, flags) =>
    run(
      import('../commands/edit.ts').then((m) => m.edit),
      image,
      flags,
    ),
  );
  making(
    batching(
      program
        .command('reroll')
        .description('make another take of these pictures, with new seeds; the old pictures stay and are marked')
        .argument('<image...>', 'file names, or mira-sol/3')
        .option('--new', 'start another job although an identical one is unfinished'),
    ),
    ['imggen reroll mira-sol/3', 'imggen reroll mira_sol_image_00003.png mira-sol/7 --dry-run'],
  ).action((images, flags) =>
    run(
      import('../commands/reroll.ts').then((m) => m.reroll),
      images,
      flags,
    ),
  );
}
