/** Edits by models that take no prompt: they work on the picture as it is. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { ask, filesIn, imggen, newStudio, writeConfig } from '../support/cli/imggen.ts';
import { bytesOf, shown } from '../support/cli/edits.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

const UPSCALER = 'nightmareai/real-esrgan';
const UPSCALE = ['edit', 'mira-sol/1', '--model', UPSCALER] as const;

/** A folder with one picture of Replicate, and what the service was asked for behind it. */
async function studio() {
  const emulator = await startEmulator(replicate({ token: 'emulated-token' }));
  running.push(emulator);
  const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
  const options = { pollMs: 20, priceUsd: 0.004 };
  const folder = newStudio({ provider: 'replicate', size: '320x480', providers: { replicate: options } });
  const run = (...args: string[]) => imggen(folder, args, { env });
  const made = await run('pack', '--count', '1');
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  const inputs = () =>
    emulator.requests
      .filter(({ operation }) => operation === 'submit')
      .slice(1)
      .map(({ body }) => (body as { input: Record<string, unknown> }).input);
  return { folder, run, inputs };
}

describe('edit without a prompt', () => {
  it('has a model work on the picture, and keeps what comes back in its own size, linked to its source', async () => {
    const { folder, run, inputs } = await studio();
    const upscaled = await run(...UPSCALE);
    expect(upscaled, upscaled.stderr).toMatchObject({ exitCode: 0 });
    expect(upscaled.stderr + upscaled.stdout).not.toMatch(/warning|answers 320x480|seed/);
    const [input] = inputs();
    expect(Object.keys(input ?? {})).toEqual(['image']);
    const source = `data:image/png;base64,${bytesOf(folder, 'mira_sol_image_00001.png').toString('base64')}`;
    expect(input?.['image']).toBe(source);
    expect((await shown(folder)).at(-1)).toMatchObject({
      filename: 'mira_sol_image_00002.png',
      source: 'mira_sol_image_00001.png',
      prompt: '',
      width: 1280,
      height: 1920,
      costUsd: 0.004,
    });
    const told = await run('show', 'mira-sol/2');
    expect(told.stdout).toMatch(/edited from +mira_sol_image_00001.png[^]*\n {2}\(no prompt\)/);
    const file = `${folder}/images/mira-sol/mira_sol_image_00002.png`;
    expect((await run('inspect', file)).stdout).toMatch(/prompt +none/);
    expect((await run('gallery', 'mira-sol', '--html')).exitCode).toBe(0);
  });

  it('is shown by --dry-run, which asks nobody, with what goes along and its price', async () => {
    const { folder, run, inputs } = await studio();
    const before = filesIn(folder);
    const dry = await run(...UPSCALE, '--dry-run');
    expect(dry, dry.stderr).toMatchObject({ exitCode: 0 });
    expect(dry.stdout).toMatch(/a size of its own[^]*\(no prompt\)[^]*sent along: .*mira_sol_image_00001.png/);
    expect(dry.stdout).toMatch(/is not known here: the run reads whether it needs a prompt[^]*worst case: \$0.004/);
    expect([inputs(), filesIn(folder)]).toEqual([[], before]);
  });

  it('tells every input of the config that the model does not take before a job is made', async () => {
    const { folder, run, inputs } = await studio();
    const own = { [UPSCALER]: { priceUsd: 0.002, input: { scale: 'two', size: 9 } } };
    const options = { pollMs: 20, priceUsd: 0.004, models: own };
    writeConfig(folder, { provider: 'replicate', size: '320x480', providers: { replicate: options } });
    const before = filesIn(folder);
    const refused = await run(...UPSCALE);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toMatch(/inputs of the config: scale: must be number.*; size: the model has no such input/);
    expect([inputs(), filesIn(folder)]).toEqual([[], before]);
    expect(await run('jobs', '--json').then(({ stdout }) => stdout)).not.toMatch(/"kind":\s*"edit"/);
  });

  it('asked for again does not pay for the same picture; --new does, on purpose', async () => {
    const { run, inputs } = await studio();
    expect(await run(...UPSCALE)).toMatchObject({ exitCode: 0 });
    const again = await run(...UPSCALE);
    expect(again).toMatchObject({ exitCode: 2 });
    expect(again.stderr).toMatch(/has worked on mira_sol_image_00001.png already: mira_sol_image_00002.png[^]*--new/);
    expect(await run('reroll', 'mira-sol/2')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('another take would be the same picture, paid again') as string,
    });
    expect(await run(...UPSCALE, '--dry-run')).toMatchObject({ exitCode: 2 });
    expect(inputs()).toHaveLength(1);
    expect(await run(...UPSCALE, '--new')).toMatchObject({ exitCode: 0 });
    expect(inputs()).toHaveLength(2);
  });

  it('does not ask a model that takes no prompt for more than its work, and nothing is left behind', async () => {
    const { folder, run, inputs } = await studio();
    const before = filesIn(folder);
    const refusals: [args: string[], why: RegExp][] = [
      [[...UPSCALE, '--prompt', 'sharper'], /it takes no prompt: leave it out/],
      [[...UPSCALE, '--count', '3'], /it takes no seed, so all 3 would be the same picture/],
      [[...UPSCALE, '--seed', '5'], /seed: it takes none; leave it out/],
      [[...UPSCALE, '--size', '640x960'], /size: it decides how large the picture is/],
      [[...UPSCALE, '--quality', 'high'], /quality: it takes none/],
      [[...UPSCALE, '--aspect-ratio', '1:1'], /makes no pictures of the aspect ratio|decides/],
      [['pack', '--count', '2', '--model', UPSCALER], /takes no prompt[^]*imggen edit <image> .*real-esrgan/],
      [['create-character', '--model', UPSCALER], /takes no prompt[^]*imggen edit <image> .*real-esrgan/],
    ];
    for (const [args, why] of refusals) {
      const refused = await run(...args);
      expect(refused, args.join(' ')).toMatchObject({ exitCode: 2 });
      expect(refused.stderr).toMatch(why);
    }
    expect([inputs(), filesIn(folder), ask(folder, 'SELECT 1 FROM jobs')]).toEqual([[], before, [expect.anything()]]);
  });

  it('is refused where the model takes one, auto chooses, or it draws: what is to change is not known', async () => {
    const { run, inputs } = await studio();
    for (const flags of [[], ['--provider', 'auto'], ['--provider', 'local']]) {
      const refused = await run('edit', 'mira-sol/1', ...flags);
      expect(refused, flags.join(' ')).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toMatch(/The prompt is missing[^]*imggen edit mira-sol\/1 --prompt/);
    }
    expect(inputs()).toEqual([]);
  });

  it('takes inputs and price of the model alone from the config, and its fallbacks are not asked', async () => {
    const { folder, run, inputs } = await studio();
    const own = { priceUsd: 0.002, input: { scale: 2, face_enhance: true } };
    const options = { pollMs: 20, input: { safety_tolerance: 1 }, models: { [UPSCALER]: own } };
    const providers = { replicate: options };
    writeConfig(folder, { provider: 'replicate', fallback: ['local'], size: '320x480', providers });
    const upscaled = await run(...UPSCALE);
    expect(upscaled, upscaled.stderr).toMatchObject({ exitCode: 0 });
    expect(upscaled.stderr + upscaled.stdout).toMatch(/fallback local .* is not asked: +it needs a prompt/);
    expect(inputs()).toMatchObject([{ scale: 2, face_enhance: true }]);
    expect((await shown(folder)).at(-1)).toMatchObject({ width: 640, height: 960, costUsd: 0.002 });
    // What holds for one model says nothing of the others: neither its inputs nor its price.
    const pack = await run('pack', '--count', '1');
    expect(pack, pack.stderr).toMatchObject({ exitCode: 0 });
    expect(inputs().at(-1)).toMatchObject({ safety_tolerance: 1 });
    expect((await shown(folder)).at(-1)).toMatchObject({ costUsd: 0.03 });
    writeConfig(folder, { provider: 'replicate', size: '320x480', providers: { replicate: { pollMs: 20 } } });
    const unpriced = await run('edit', 'mira-sol/1', '--model', 'someone/portrait-lora', '--prompt', 'a red coat');
    expect(unpriced.stderr).toContain('"models": { "someone/portrait-lora": { "priceUsd": 0.04 } }');
  });
});
