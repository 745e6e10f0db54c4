/** Who may import whom at the command line. */
import type { Place } from './place.ts';

/** Terminal, commands, grammar, entry and build. */
export const COMMAND_LINE_PLACES: readonly Place[] = [
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
      'src/faces/score.ts',
      'src/imggen.ts',
      'src/money.ts',
      'src/providers/index.ts',
      'src/providers/workflow-files.ts',
      'src/providers/workflow.ts',
      'src/sanitize.ts',
      'src/storage/index.ts',
      'src/terminal',
      'src/views',
    ],
    importsTypesOf: ['src/app', 'src/config/config.ts', 'src/providers/capabilities.ts'],
  },
  {
    path: 'src/grammar',
    says: 'The grammar names commands, loaded when they are chosen, and what providers, stores and formats there are.',
    imports: ['src/commands', 'src/dataset/formats.ts', 'src/providers/index.ts', 'src/storage/index.ts'],
    importsTypesOf: ['src/terminal'],
  },
  {
    path: 'src/program.ts',
    says: 'The program is its grammar, and says in harmless words which command there is none of.',
    imports: ['src/grammar', 'src/sanitize.ts'],
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
