/**
 * Who may import whom. Rules are data; each
 * says in a sentence what it keeps. A rule that names a file or folder that is gone fails, too.
 */
import { COMMAND_LINE_PLACES } from './command-line.ts';
import type { Place } from './place.ts';

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
    imports: [
      ...WORDS,
      'src/app',
      'src/config',
      'src/host.ts',
      'src/inquiries.ts',
      'src/providers/index.ts',
      'src/storage/index.ts',
    ],
    importsTypesOf: ['src/runner/context.ts', 'src/providers/provider.ts', 'src/storage/storage.ts'],
  },
  {
    path: 'src/inquiries.ts',
    says: 'What a project can be asked names use-cases.',
    imports: ['src/app'],
    importsTypesOf: ['src/events.ts'],
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
  ...COMMAND_LINE_PLACES,
];
