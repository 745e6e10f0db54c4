/** What only some places may have, what stays pure, and what is loaded late. */

/** What only some may have: a place of ours or a package to import, or a text in the code. */
export interface Reserved {
  says: string;
  what: { place: string } | { package: string } | { code: RegExp };
  onlyIn: readonly string[];
}

const COMMANDS = (
  'init create-character pack reroll gallery status resume retry cancel jobs stats providers upload adopt mark ' +
  'clean delete completion workflow export inspect score'
).split(' ');

/** Who speaks to a person at a command line. A view is opened by the terminal only. */
const COMMAND_LINE = ['src/terminal', 'src/views', 'src/commands', 'src/grammar', 'src/program.ts', 'src/cli.ts'];

/** Where exit codes are known. */
const TERMINAL_SIDE = ['src/terminal', 'src/commands', 'src/cli.ts', 'src/build'];

/** What the build makes one file of. */
const NETWORK = ['src/faces/network'] as const;

export const RESERVED: readonly Reserved[] = [
  { says: 'Nobody imports the entry.', what: { place: 'src/cli.ts' }, onlyIn: [] },
  { says: 'Nobody imports the programs of the build.', what: { place: 'src/build' }, onlyIn: ['src/build'] },
  {
    says: 'Only the entry starts the program.',
    what: { place: 'src/program.ts' },
    onlyIn: ['src/cli.ts', 'src/build'],
  },
  {
    says: 'Only the grammar starts commands.',
    what: { place: 'src/commands' },
    onlyIn: ['src/grammar', 'src/commands'],
  },
  { says: 'The database is the ledger’s.', what: { package: 'better-sqlite3' }, onlyIn: ['src/ledger'] },
  { says: 'SQL is in the ledger only.', what: { code: /\.prepare\(/ }, onlyIn: ['src/ledger'] },
  { says: 'Rows stay in the ledger.', what: { place: 'src/ledger/rows.ts' }, onlyIn: ['src/ledger'] },
  { says: 'Services are called by providers.', what: { package: 'openai' }, onlyIn: ['src/providers'] },
  { says: 'Services are called by providers.', what: { package: 'replicate' }, onlyIn: ['src/providers'] },
  { says: 'Drawing is a provider’s work.', what: { package: '@dicebear/core' }, onlyIn: ['src/providers'] },
  { says: 'Drawing is a provider’s work.', what: { package: '@dicebear/styles' }, onlyIn: ['src/providers'] },
  { says: 'Cloudinary is a store.', what: { package: 'cloudinary' }, onlyIn: ['src/storage'] },
  { says: 'Pixels are handled in images.', what: { package: 'sharp' }, onlyIn: ['src/images'] },
  { says: 'Zip files are training sets.', what: { package: 'yazl' }, onlyIn: ['src/dataset'] },
  { says: 'Faces are read in a thread.', what: { package: '@vladmandic/face-api' }, onlyIn: NETWORK },
  { says: 'Faces are read in a thread.', what: { package: '@tensorflow/tfjs-core' }, onlyIn: NETWORK },
  { says: 'The thread that reads faces is started, never imported.', what: { place: NETWORK[0] }, onlyIn: NETWORK },
  { says: 'Ink is a view.', what: { package: 'ink' }, onlyIn: ['src/views/ink'] },
  { says: 'React is for Ink.', what: { package: 'react' }, onlyIn: ['src/views/ink'] },
  {
    says: 'Options are parsed in one place.',
    what: { package: 'commander' },
    onlyIn: ['src/program.ts', 'src/grammar', 'src/commands/completion.ts'],
  },
  {
    says: 'The environment is read once, at the edge.',
    what: { code: /\bprocess\.env\b/ },
    onlyIn: ['src/cli.ts', 'src/app/open.ts'],
  },
  { says: 'One place decides the exit code.', what: { code: /\bprocess\.exit(?:Code)?\b/ }, onlyIn: [] },
  { says: 'Exit codes belong to the terminal.', what: { code: /\bEXIT\b/ }, onlyIn: TERMINAL_SIDE },
  {
    says: 'Only the entry listens to signals of the process.',
    what: { code: /\bprocess\.on\(/ },
    onlyIn: ['src/cli.ts'],
  },
  {
    says: 'A program reads the library’s messages, too: flags are named by the command line only (terminal/advice.ts).',
    what: { code: /[\s'"`(]--[a-z][a-z-]*\b(?![-:)])/ },
    onlyIn: COMMAND_LINE,
  },
  {
    says:
      'A program reads the library’s messages, too: commands are named by the command line only ' +
      '(terminal/advice.ts).',
    what: { code: new RegExp(`\\bimggen (?:${COMMANDS.join('|')})\\b`) },
    onlyIn: COMMAND_LINE,
  },
  { says: 'The core never prints.', what: { code: /\bconsole\./ }, onlyIn: [] },
];

/** No `node:` module, no clock, no randomness, no process: the same input gives the same output for ever. */
export const PURE: readonly string[] = [
  'src/advice.ts',
  'src/errors.ts',
  'src/events.ts',
  'src/shot.ts',
  'src/money.ts',
  'src/app/choice.ts',
  'src/faces/drawn.ts',
  'src/faces/pose.ts',
  'src/faces/score.ts',
  'src/faces/similar.ts',
  'src/plan',
  'src/providers/capabilities.ts',
  'src/runner/retry.ts',
  'src/views/state.ts',
  'src/views/state-model.ts',
  'src/views/state-shot.ts',
];

/** What `imggen --help` must not wait for: reached from the entry through dynamic imports only. */
export const LOADED_LATE = [
  'better-sqlite3',
  'zod',
  'openai',
  'replicate',
  'cloudinary',
  'sharp',
  'sharp-phash',
  '@vladmandic/face-api',
  'ink',
  'react',
  '@dicebear/core',
  '@dicebear/styles',
  'open',
  'yazl',
];

/** Where the command line begins. */
export const ENTRY = 'src/cli.ts';
