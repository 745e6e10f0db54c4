/** Commands for what is trained with the pictures, and what they say of themselves. */
import { Option, type Command } from 'commander';
import { EXPORT_FORMATS } from '../dataset/formats.ts';
import { PROVIDERS } from '../providers/index.ts';
import { common, keeping, type Run } from './options.ts';

/** export, train, inspect. */
export function addDataset(program: Command, run: Run): void {
  addExport(program, run);
  addTrain(program, run);
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
  keeping(
    program
      .command('export')
      .description('the approved training pictures with captions, as a trainer takes them')
      .argument('<id>', 'a character’s id')
      .addOption(new Option('--format <name>', 'whose trainer (default: kohya)').choices(EXPORT_FORMATS))
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

const TRAINERS = Object.keys(PROVIDERS).filter((name) => PROVIDERS[name]?.trains !== undefined);
const USUAL_TRAINER = TRAINERS.find((name) => PROVIDERS[name]?.trains === 'usual');

function addTrain(program: Command, run: Run): void {
  keeping(
    program
      .command('train')
      .description('a LoRA from the approved pictures, trained at a service for dollars, which later packs use')
      .argument('<id>', 'a character’s id')
      .option(
        '--provider <name>',
        `who trains it: ${TRAINERS.join(', ')} (default: the config’s, else ${USUAL_TRAINER})`,
      )
      .option('--steps <n>', 'of the training (default: 1000)')
      .option('--trigger <word>', 'the word that stands for the character (default: made from its name)')
      .option('--class <word>', 'what it is: woman, man, person (default: from the config)')
      .option('--min-score <n>', 'also pictures nobody approved, from this score of the face on: 0.85')
      .option('--gallery', 'approved gallery pictures, too')
      .option('--destination <owner/name>', 'a model of yours at Replicate, which gets a new version')
      .option('--budget <usd>', 'cap of this training in US dollars')
      .option('--max-day-usd <usd>', 'cap of one UTC day in US dollars, over all jobs')
      .option('--key <name>', 'names the training: the same key never trains twice')
      .option('--new', 'train although a LoRA of the same pictures is there')
      .option('--dry-run', 'print what would be sent, and what it costs at most; send and write nothing')
      .option('--yes', 'go on without asking')
      .option('--quiet', 'only what went wrong')
      .option('--json', 'one JSON document on stdout'),
    [
      'imggen train mira-sol --dry-run',
      'imggen train mira-sol --provider fal --steps 1000 --budget 3',
      'imggen train mira-sol --provider replicate --destination you/mira-lora',
    ],
  ).action((id, flags) =>
    run(
      import('../commands/train.ts').then((m) => m.train),
      id,
      flags,
    ),
  );
}
