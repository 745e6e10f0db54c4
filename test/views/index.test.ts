import { describe, expect, test } from 'vitest';
import { chooseView, createView, VIEWS, wantsColor } from '../../src/views/index.ts';
import type { ViewChoice, ViewEntry } from '../../src/views/index.ts';
import type { View, ViewStreams } from '../../src/views/view.ts';
import { done, opened, streams, summary } from '../support/view-events.ts';

function choice(change: Partial<ViewChoice> = {}): ViewChoice {
  return { json: false, quiet: false, ink: true, stdoutIsTty: true, env: { TERM: 'xterm-256color' }, ...change };
}

describe('which view', () => {
  test.each<[string, Partial<ViewChoice>, string]>([
    ['a terminal gets the live view', {}, 'ink'],
    ['--no-ink gets the bar', { ink: false }, 'bar'],
    ['a dumb terminal gets lines', { env: { TERM: 'dumb' } }, 'lines'],
    ['a dumb terminal with --no-ink gets lines', { ink: false, env: { TERM: 'dumb' } }, 'lines'],
    ['a pipe gets lines', { stdoutIsTty: false }, 'lines'],
    ['CI gets lines, even with a terminal', { env: { CI: 'true' } }, 'lines'],
    ['CI=false is no CI', { env: { CI: 'false' } }, 'ink'],
    ['--json gets JSON wherever it is', { json: true, stdoutIsTty: false, quiet: true }, 'json'],
    ['--quiet beats the terminal', { quiet: true }, 'quiet'],
  ])('%s', (_title, change, kind) => {
    expect(chooseView(choice(change), VIEWS)).toBe(kind);
  });
});

describe('colors', () => {
  test.each<{ title: string; color?: boolean; isTty: boolean; env: Record<string, string>; expected: boolean }>([
    { title: 'a terminal has them', isTty: true, env: {}, expected: true },
    { title: 'a pipe has not', isTty: false, env: {}, expected: false },
    { title: '--no-color beats FORCE_COLOR', color: false, isTty: true, env: { FORCE_COLOR: '1' }, expected: false },
    { title: 'NO_COLOR takes them away', isTty: true, env: { NO_COLOR: '1' }, expected: false },
    { title: 'an empty NO_COLOR says nothing', isTty: true, env: { NO_COLOR: '' }, expected: true },
    { title: 'FORCE_COLOR brings them to a pipe', isTty: false, env: { FORCE_COLOR: '1' }, expected: true },
    { title: 'FORCE_COLOR=0 takes them away', isTty: true, env: { FORCE_COLOR: '0' }, expected: false },
    { title: 'a dumb terminal has none', isTty: true, env: { TERM: 'dumb' }, expected: false },
  ])('$title', ({ color, isTty, env, expected }) => {
    expect(wantsColor(color, isTty, env)).toBe(expected);
  });
});

test.each(['ink', 'bar', 'lines', 'json', 'quiet'] as const)(
  'the view %s takes a run, ends, and ends only once',
  async (kind) => {
    const target = streams();
    const view = await createView(kind, target, VIEWS);
    for (const event of [opened(), ...done('avatar')]) view.handle(event);
    await view.close(summary({ exitCode: 3, headline: 'Some failed.' }));
    const all = target.stdout.text + target.stderr.text;
    await view.close(summary());
    view.handle(opened());
    expect(target.stdout.text + target.stderr.text).toBe(all);
    expect(all).toContain('Some failed.');
  },
);

test('a made-up view is one function and one line in the list, and is taken where it fits', async () => {
  const target = streams();
  const createDots = ({ stdout }: ViewStreams): View => ({
    handle: () => void stdout.write('.'),
    close: async (end) => void stdout.write(` ${end.headline}`),
  });
  const dots: ViewEntry = { fits: ({ env }) => env['DOTS'] === '1', load: () => Promise.resolve(createDots) };
  const views = { dots, ...VIEWS };
  expect(chooseView(choice(), views)).toBe('ink');
  const kind = chooseView(choice({ env: { DOTS: '1' } }), views);
  const view = await createView(kind, target, views);
  for (const event of [opened(), ...done('avatar')]) view.handle(event);
  await view.close(summary({ headline: 'All made.' }));
  expect(target.stdout.text).toMatch(/^\.+ All made\.$/);
});
