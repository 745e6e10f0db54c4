/** Commands for what is trained with the pictures, and what they say of themselves. */
import { Option, type Command } from 'commander';
import { common, keeping, type Run } from './options.ts';

/** export, inspect. */
export function addDataset(program: Command, run: Run): void {
  addExport(program, run);
  common(
    program
      .command('inspect')
      .description('what made a file, as it says itself: source type, model, seed, Content Credentials, texts of tools')
      .argument('<file>', 'a PNG, JPEG or WebP of anybody')
      .option('--json', 'one JSON document on stdout'),
    ['imggen inspect images/mira-sol/mira_sol_image_00002.png', 'imggen inspect holiday.jpg --json'],
  ).action((file, flags) =>
    run(
      import('../commands/inspect.ts').then((m) => m.inspect),
      file,
      flags,
    ),
  );
}

function addExport(program: Command, run: Run): void {
  const formats = ['kohya', 'ai-toolkit', 'fluxgym', 'replicate', 'fal'];
  keeping(
    program
      .command('export')
      .description('the approved training pictures with captions, as a trainer takes them')
      .argument('<id>', 'a character’s id')
      .addOption(new Option('--format <name>', 'whose trainer (default: kohya)').choices(formats))
      .option('--trigger <word>', 'the word that stands for the character (default: made from its name)')
      .option('--class <word>', 'what it is: woman, man, person (default: from the config)')
      .option('--repeats <n>', 'of each picture in an epoch, for kohya (default: 10)')
      .addOption(new Option('--image-format <name>', 'png or jpg (default: as they are)').choices(['png', 'jpg']))
      .option('--min-score <n>', 'also pictures nobody approved, from this score of the face on: 0.85')
      .option('--gallery', 'approved gallery pictures, too')
      .option('--to <path>', 'the folder or zip file (default: training/<id>-<format>)')
      .option('--dry-run', 'print what would be in it, with captions; write nothing')
      .option('--json', 'one JSON document on stdout'),
    [
      'imggen export mira-sol',
      'imggen export mira-sol --format replicate --trigger MIRA',
      'imggen export mira-sol --dry-run',
    ],
  ).action((id, flags) =>
    run(
      import('../commands/export.ts').then((m) => m.exportSet),
      id,
      flags,
    ),
  );
}
