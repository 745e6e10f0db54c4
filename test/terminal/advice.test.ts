/** The flags and commands that the command line advises are ones that it has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Advice } from '../../src/advice.ts';
import { EXIT } from '../../src/terminal/exit-codes.ts';
import { buildProgram } from '../../src/program.ts';
import { worded } from '../../src/terminal/advice.ts';

const silent = { write: () => true };
const program = buildProgram({ terminal: { stdout: silent, stderr: silent } }, { exitCode: EXIT.ok, place: [] });
const typed = (command: string) => `imggen ${command}`;
const commands = program.commands.map((command) => command.name());
const flags = program.commands.flatMap((command) => command.options.map((option) => option.long));

const all: Advice[] = [
  { code: 'agree-to-delete' },
  { code: 'leave-lora-out' },
  { code: 'raise-cap', cap: 'image', someFit: false, enoughUsd: 0.5 },
  { code: 'raise-cap', cap: 'run', someFit: true, enoughUsd: 0.5 },
  { code: 'raise-cap', cap: 'day', someFit: true, enoughUsd: 0.5 },
  { code: 'state-price' },
  { code: 'relock' },
  { code: 'accept-unread-store' },
  { code: 'trust-ledger' },
  { code: 'start-another-job' },
  { code: 'reroll' },
  { code: 'collect-or-give-up' },
  { code: 'resume-job', jobId: '7' },
  { code: 'retry', jobId: '7' },
  { code: 'retry-unknown', jobId: '7' },
  { code: 'without-face', avatarJobId: '3', jobId: '7' },
  { code: 'see-pictures', characterId: 'mira-sol' },
  { code: 'cancel-job' },
  { code: 'list-jobs' },
  { code: 'list-pictures' },
  { code: 'list-providers' },
  { code: 'make-first' },
  { code: 'create-character' },
  { code: 'write-config' },
  { code: 'write-config', replace: true },
  { code: 'choose-config' },
  { code: 'choose-ledger' },
  { code: 'choose-output' },
  { code: 'choose-page' },
  { code: 'choose-store' },
  { code: 'leave-store-out' },
  { code: 'choose-keyless-provider' },
  { code: 'adopt' },
  { code: 'ask-as-administrator' },
];

it.each(all)('$code names flags and commands that there are', (advice) => {
  const text = worded('what to do', advice, typed);
  const namedFlags = [...text.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
  const namedCommands = [...text.matchAll(/imggen ([a-z-]+)/g)].map(([, name]) => name);
  expect(namedFlags.length + namedCommands.length).toBeGreaterThan(0);
  expect(flags).toEqual(expect.arrayContaining(namedFlags));
  expect(commands).toEqual(expect.arrayContaining(namedCommands));
});

it('no command names the program by itself: how it is typed is decided in one place', () => {
  const named = new RegExp(`imggen (?:${commands.join('|')})\\b`);
  const places = ['commands', 'terminal', 'views', 'views/ink'].map((name) => join('src', name));
  const found = places.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'completion.ts')
      .flatMap(({ name }) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => named.test(line) && !/^\s*(?:\*|\/[/*])/.test(line)),
  );
  expect(found).toEqual([]);
});

it('words without advice stay as they are', () => {
  expect(worded('Save it as UTF-8.', undefined, typed)).toBe('Save it as UTF-8.');
});
