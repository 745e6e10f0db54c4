/** `auto` as the command line tells it: the same in the plan, the run and the lists, in words and in JSON. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { imggen, linesOf, newStudio } from '../support/cli/imggen.ts';

const auto = { provider: 'auto', size: '1024x1024', thumbnails: false };

it('a plan, its run and the lists take the same and say why', async () => {
  const emulator = await startEmulator(openai());
  onTestFinished(() => emulator.close());
  const env = { OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` };
  const folder = newStudio(auto);
  const why = /auto takes openai \(gpt-image-2\.5-flare\): the only provider that is set up, at most \$/;
  for (const args of [['providers'], ['models'], ['pack', '--count', '1', '--dry-run']]) {
    const { exitCode, stdout } = await imggen(folder, args, { env });
    expect(stdout, args.join(' ')).toMatch(why);
    expect(exitCode).toBe(0);
  }
  expect(emulator.charges()).toHaveLength(0);
  const choice = { provider: 'openai', model: 'gpt-image-2.5-flare', sentence: expect.stringMatching(why) };
  const plan = await imggen(folder, ['pack', '--count', '1', '--dry-run', '--json'], { env });
  expect(JSON.parse(plan.stdout)).toMatchObject({ jobs: [{ choice }] });
  const run = await imggen(folder, ['pack', '--count', '1', '--json'], { env });
  const notice = linesOf(run.stdout).find(({ event }) => event === 'notice');
  expect(notice).toMatchObject({ level: 'info', choice });
  expect(run.stderr).toMatch(why);
  expect(emulator.charges()).toHaveLength(1);
  const lists = await imggen(folder, ['models', '--json'], { env });
  expect(JSON.parse(lists.stdout)).toMatchObject({ auto: { provider: 'openai' } });
});

it('is refused with all reasons where nothing fits: exit 5 for a key, 2 for what is asked', async () => {
  const folder = newStudio(auto);
  const keyless = await imggen(folder, ['pack', '--count', '1', '--transparent']);
  expect(keyless.exitCode).toBe(5);
  expect(keyless.stderr).toMatch(/openai \(.*\): no key: OPENAI_API_KEY is not set\n/);
  expect(keyless.stderr).toMatch(/local \(avataaars\): it can't make a transparent background/);
  const asked = await imggen(folder, ['pack', '--count', '1', '--model', 'no-such-model']);
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toMatch(/replicate \(.*\): .*it has no model "no-such-model"/);
  // Without a key and with nothing that is asked, the cartoons show what a run is like.
  expect((await imggen(folder, ['pack', '--count', '1', '--dry-run'])).stdout).toMatch(
    /auto takes local \(avataaars\)/,
  );
});
