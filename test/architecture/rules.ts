/**
 * Who may import whom, what stays pure, what is loaded late. Rules are data; each
 * says in a sentence what it keeps. A rule that names a file or folder that is gone fails, too.
 */

/** A file or folder of src, and the only ones of ours that it may import besides itself. The first that fits counts. */
export interface Place {
  path: string;
  says: string;
  imports: readonly string[];
  /** These by `import type` only. */
  importsTypesOf?: readonly string[];
}

/** What only some may have: a place of ours or a package to import, or a text in the code. */
export interface Reserved {
  says: string;
  what: { place: string } | { package: string } | { code: RegExp };
  onlyIn: readonly string[];
}

const WORDS = [
  'src/advice.ts',
  'src/scene.ts',
  'src/shot.ts',
  'src/character.ts',
  'src/errors.ts',
  'src/events.ts',
  'src/names.ts',
  'src/money.ts',
];

/** Who speaks to a person at a command line. A view is opened by the terminal only. */
const COMMAND_LINE = ['src/terminal', 'src/views', 'src/commands', 'src/grammar', 'src/program.ts', 'src/cli.ts'];

/** Where exit codes are known. */
const TERMINAL_SIDE = ['src/terminal', 'src/commands', 'src/cli.ts', 'src/build'];

export const PLACES: readonly Place[] = [
  { path: 'src/advice.ts', says: 'Advice is data, and imports nothing.', imports: [] },
  { path: 'src/errors.ts', says: 'Errors import types only.', imports: [], importsTypesOf: ['src/advice.ts'] },
  { path: 'src/events.ts', says: 'Events import types only.', imports: [], importsTypesOf: ['src/advice.ts'] },
  { path: 'src/shot.ts', says: 'The words for shots import nothing.', imports: [] },
  { path: 'src/money.ts', says: 'Money imports nothing.', imports: [] },
  { path: 'src/host.ts', says: 'What is outside imports nothing of ours.', imports: [] },
  { path: 'src/patience.ts', says: 'Time limits need a clock.', imports: [], importsTypesOf: ['src/host.ts'] },
  { path: 'src/sanitize.ts', says: 'Making text safe needs nothing.', imports: [] },
  { path: 'src/letters.ts', says: 'Reading letters needs nothing.', imports: [] },
  {
    path: 'src/redact.ts',
    says: 'Taking secrets out of text needs only text.',
    imports: ['src/letters.ts', 'src/sanitize.ts'],
  },
  { path: 'src/names.ts', says: 'Naming needs nothing.', imports: [] },
  {
    path: 'src/character.ts',
    says: 'A character is checked where it comes in.',
    imports: ['src/errors.ts', 'src/names.ts'],
  },
  { path: 'src/scene.ts', says: 'The words for scenes are types.', imports: [], importsTypesOf: ['src/shot.ts'] },
  {
    path: 'src/plan',
    says: 'The plan knows words, and neither ledger nor provider.',
    imports: ['src/shot.ts'],
    importsTypesOf: ['src/character.ts', 'src/scene.ts'],
  },
  {
    path: 'src/config',
    says: 'The config is read without knowing who implements what: the types of the contracts are enough.',
    imports: [
      'src/character.ts',
      'src/errors.ts',
      'src/names.ts',
      'src/money.ts',
      'src/redact.ts',
      'src/sanitize.ts',
      'src/shot.ts',
    ],
    importsTypesOf: [
      'src/scene.ts',
      'src/providers/definition.ts',
      'src/providers/options.ts',
      'src/storage/storage.ts',
    ],
  },
  { path: 'src/images', says: 'What is done to bytes needs only errors.', imports: ['src/errors.ts'] },
  {
    path: 'src/ledger',
    says: 'The ledger knows facts, and nobody who makes them.',
    imports: ['src/errors.ts', 'src/money.ts', 'src/shot.ts'],
    importsTypesOf: ['src/character.ts', 'src/events.ts'],
  },
  {
    path: 'src/providers',
    says: 'Providers know what they are asked for, and neither ledger nor runner.',
    imports: ['src/errors.ts', 'src/images', 'src/money.ts', 'src/patience.ts', 'src/sanitize.ts', 'src/shot.ts'],
    importsTypesOf: ['src/character.ts'],
  },
  {
    path: 'src/storage',
    says: 'Stores know bytes and errors, and neither ledger nor runner.',
    imports: ['src/errors.ts', 'src/images', 'src/sanitize.ts'],
  },
  {
    path: 'src/runner',
    says: 'The runner knows the two contracts, never an implementation or the list of them.',
    imports: [
      'src/errors.ts',
      'src/images',
      'src/ledger',
      'src/money.ts',
      'src/patience.ts',
      'src/providers/capabilities.ts',
      'src/scene.ts',
      'src/providers/provider.ts',
      'src/shot.ts',
      'src/storage/storage.ts',
    ],
    importsTypesOf: ['src/character.ts', 'src/events.ts'],
  },
  {
    path: 'src/views',
    says: 'Views know events only.',
    imports: ['src/events.ts', 'src/sanitize.ts'],
    importsTypesOf: ['src/host.ts'],
  },
  {
    path: 'src/gallery',
    says: 'The gallery page is text made of what it is given.',
    imports: ['src/money.ts', 'src/sanitize.ts'],
  },
  {
    path: 'src/app',
    says: 'Use-cases print nothing and know no flags: they know what is below them.',
    imports: [
      ...WORDS,
      'src/config',
      'src/gallery',
      'src/host.ts',
      'src/images',
      'src/ledger',
      'src/plan',
      'src/redact.ts',
      'src/runner',
      'src/sanitize.ts',
    ],
    importsTypesOf: ['src/providers/capabilities.ts', 'src/providers/definition.ts', 'src/storage/storage.ts'],
  },
  {
    path: 'src/imggen.ts',
    says: 'The library names use-cases and the built-in providers and stores.',
    imports: [...WORDS, 'src/app', 'src/config', 'src/host.ts', 'src/providers/index.ts', 'src/storage/index.ts'],
    importsTypesOf: ['src/runner/context.ts', 'src/providers/provider.ts', 'src/storage/storage.ts'],
  },
  {
    path: 'src/index.ts',
    says: 'The face of the package only exports.',
    imports: ['src/app', 'src/errors.ts', 'src/imggen.ts', 'src/providers/definition.ts', 'src/storage/storage.ts'],
    importsTypesOf: [
      'src/advice.ts',
      'src/config',
      'src/events.ts',
      'src/providers/provider.ts',
      'src/providers/capabilities.ts',
      'src/scene.ts',
      'src/scene.ts',
    ],
  },
  {
    path: 'src/terminal',
    says: 'What only a terminal needs: views, questions, interrupts, words.',
    imports: ['src/errors.ts', 'src/money.ts', 'src/sanitize.ts', 'src/views'],
    importsTypesOf: ['src/advice.ts', 'src/app', 'src/events.ts', 'src/host.ts', 'src/runner/context.ts'],
  },
  {
    path: 'src/commands',
    says: 'A command turns flags into options of the library, and prints what comes of it.',
    imports: [
      'src/config/init.ts',
      'src/config/overrides.ts',
      'src/errors.ts',
      'src/imggen.ts',
      'src/money.ts',
      'src/providers/index.ts',
      'src/sanitize.ts',
      'src/storage/index.ts',
      'src/terminal',
      'src/views',
    ],
    importsTypesOf: ['src/app', 'src/config/config.ts', 'src/providers/capabilities.ts'],
  },
  {
    path: 'src/grammar',
    says: 'The grammar names commands, loaded when they are chosen, and what providers and stores there are.',
    imports: ['src/commands', 'src/providers/index.ts', 'src/storage/index.ts'],
    importsTypesOf: ['src/terminal'],
  },
  {
    path: 'src/program.ts',
    says: 'The program is its grammar.',
    imports: ['src/grammar'],
    importsTypesOf: ['src/terminal'],
  },
  {
    path: 'src/cli.ts',
    says: 'The entry knows the program, how errors are told, and which variables hold secrets.',
    imports: [
      'src/config/environment.ts',
      'src/config/registries.ts',
      'src/errors.ts',
      'src/host.ts',
      'src/program.ts',
      'src/providers/index.ts',
      'src/redact.ts',
      'src/storage/index.ts',
      'src/terminal',
    ],
    importsTypesOf: ['src/config/overrides.ts'],
  },
  {
    path: 'src/build',
    says: 'Programs of the build ask the grammar for its help and every implementation for its options.',
    imports: ['src/config', 'src/program.ts', 'src/providers/index.ts', 'src/storage/index.ts', 'src/terminal'],
  },
];

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
    says: 'A program reads the library’s messages, too: commands are named by the command line only (terminal/advice.ts).',
    what: {
      code: /\bimggen (?:init|create-character|pack|reroll|gallery|status|resume|retry|cancel|jobs|stats|providers|upload|adopt|mark|clean|delete|completion)\b/,
    },
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
  'ink',
  'react',
  '@dicebear/core',
  '@dicebear/styles',
  'open',
];

/** Where the command line begins. */
export const ENTRY = 'src/cli.ts';
