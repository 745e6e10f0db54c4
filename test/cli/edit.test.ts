/** New pictures that are made from an existing one. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import type { ReplicateOptions } from '../emulators/replicate/options.ts';
import { ask, filesIn, imggen, newStudio, picturesIn, start, until } from '../support/cli/imggen.ts';
import { bytesOf, drawn, NIGHT, shown } from '../support/cli/edits.ts';

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

async function service(
  options: ReplicateOptions = {},
): Promise<{ env: Record<string, string>; inputs: () => Record<string, unknown>[] }> {
  const emulator = await startEmulator(replicate({ token: 'emulated-token', ...options }));
  running.push(emulator);
  const submits = () => emulator.requests.filter(({ operation }) => operation === 'submit');
  return {
    env: { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` },
    inputs: () => submits().map(({ body }) => (body as { input: Record<string, unknown> }).input),
  };
}

/** With one gallery picture that Replicate has made. */
async function photographed(env: Record<string, string>, own: object = {}): Promise<string> {
  const replicateOptions = { pollMs: 20, ...own };
  const folder = newStudio({ provider: 'replicate', size: '640x960', providers: { replicate: replicateOptions } });
  const made = await imggen(folder, ['pack', '--count', '1', '--budget', '1'], { env });
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  return folder;
}

/** File name of the picture that went along as a data URI. */
const nameOf = (folder: string, uri: unknown) => {
  const sent = Buffer.from(String(uri).split(',')[1] ?? '', 'base64');
  return picturesIn(folder).find((name) => bytesOf(folder, name).equals(sent));
};

describe('edit at a paid model', () => {
  it('sends the picture and the prompt as they are, and links the new picture to its source', async () => {
    const { env, inputs } = await service();
    const folder = await photographed(env);
    const edited = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', NIGHT, '--budget', '1'], { env });
    expect(edited, edited.stderr).toMatchObject({ exitCode: 0 });
    const { prompt, input_images: images, seed, width, height } = inputs()[1] ?? {};
    expect([prompt, seed, width, height]).toEqual([NIGHT, 7, 640, 960]);
    expect((images as string[]).map((uri) => nameOf(folder, uri))).toEqual(['mira_sol_image_00001.png']);
    const [first, second] = await shown(folder);
    expect(first).toMatchObject({ source: null });
    expect(second).toMatchObject({ filename: 'mira_sol_image_00002.png', source: 'mira_sol_image_00001.png' });
    expect(second?.references).toMatchObject([{ role: 'source', filename: 'mira_sol_image_00001.png' }]);
    const told = await imggen(folder, ['show', 'mira-sol/2']);
    expect(told.stdout).toMatch(/edited from +mira_sol_image_00001.png/);
    expect((await imggen(folder, ['jobs'])).stdout).toContain('edit');
    const page = await imggen(folder, ['gallery', 'mira-sol', '--html']);
    expect(page).toMatchObject({ exitCode: 0 });
    const html = bytesOf(folder, 'gallery.html').toString();
    expect(html).toContain('<a href="#mira_sol_image_00001.png">');
    expect(html).toContain('id="mira_sol_image_00001.png"');
  });

  it('sends the face behind the picture where the model takes both, and says which is which', async () => {
    const { env, inputs } = await service();
    const folder = await photographed(env);
    await imggen(folder, ['avatar', '--budget', '1'], { env });
    const edited = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', NIGHT, '--budget', '1'], { env });
    expect(edited, edited.stderr).toMatchObject({ exitCode: 0 });
    const { prompt, input_images: images } = inputs()[2] ?? {};
    expect(prompt).toBe(`${NIGHT} Reference pictures: 1 is the picture to edit; 2 shows the person.`);
    const sent = ['mira_sol_image_00001.png', 'mira_sol_image_00002.png'];
    expect((images as string[]).map((uri) => nameOf(folder, uri))).toEqual(sent);
    // Another take of an edit is an edit of the same picture.
    const again = await imggen(folder, ['reroll', 'mira-sol/3', '--budget', '1'], { env });
    expect(again, again.stderr).toMatchObject({ exitCode: 0 });
    const { input_images: others } = inputs()[3] ?? {};
    expect((others as string[]).map((uri) => nameOf(folder, uri))).toEqual(sent);
    expect((await shown(folder)).at(-1)).toMatchObject({ source: sent[0] });
  });

  it('makes takes with seeds of their own, and goes on with an unfinished job of the same', async () => {
    const { env, inputs } = await service();
    const folder = await photographed(env);
    const command = ['edit', 'mira-sol/1', '--prompt', NIGHT, '--count', '2', '--key', 'night', '--budget', '1'];
    expect(await imggen(folder, command, { env })).toMatchObject({ exitCode: 0 });
    expect(await imggen(folder, command, { env })).toMatchObject({ exitCode: 0 });
    expect(inputs()).toHaveLength(3);
    const [, one, two] = inputs().map(({ seed }) => seed);
    expect(new Set([one, two]).size).toBe(2);
    const other = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', 'a red coat', ...command.slice(4)], { env });
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('the key "night" names job 2') });
  });

  it('that was killed while the picture was made is collected, and paid once', async () => {
    const { env, inputs } = await service({ queueMs: 2_500 });
    const folder = await drawn();
    const paid = ['--provider', 'replicate', '--size', '1024x1024', '--budget', '1', '--yes'];
    const child = start(folder, ['edit', 'mira-sol/1', '--prompt', NIGHT, ...paid], { env });
    await until('its id is kept', () => ask(folder, "SELECT 1 FROM attempts WHERE state = 'accepted'").length === 1);
    child.kill('SIGKILL');
    expect(await child).toMatchObject({ signal: 'SIGKILL' });
    const resumed = await imggen(folder, ['resume'], { env });
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
    expect(inputs()).toHaveLength(1);
    expect((await shown(folder)).at(-1)).toMatchObject({ source: 'mira_sol_image_00001.png', prompt: NIGHT });
  });

  it.each([
    ['takes no picture', ['--model', 'black-forest-labs/flux-schnell'], /it takes no picture to edit/],
    ['only paints over it', ['--model', 'black-forest-labs/flux-dev'], /only paints over/],
    ['is behind a cap', ['--budget', '0.01'], /the cap of the job/],
  ])('is refused where the model %s: nothing is sent', async (_, flags, why) => {
    const { env, inputs } = await service();
    const folder = await photographed(env);
    const before = filesIn(folder);
    const edited = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', NIGHT, ...flags], { env });
    expect(edited.exitCode).toBe(flags[0] === '--budget' ? 4 : 2);
    expect(edited.stderr).toMatch(why);
    expect(inputs()).toHaveLength(1);
    expect([filesIn(folder), ask(folder, 'SELECT 1 FROM jobs')]).toEqual([before, [expect.anything()]]);
  });

  it('is refused for a drawing, unless that is agreed to', async () => {
    const { env, inputs } = await service();
    const folder = await drawn();
    const paid = ['edit', 'mira-sol/1', '--prompt', NIGHT, '--provider', 'replicate', '--budget', '1'];
    const size = ['--size', '1024x1024'];
    const refused = await imggen(folder, [...paid, ...size], { env });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/is a drawing[^]*--yes/) });
    expect([inputs(), ask(folder, 'SELECT 1 FROM jobs')]).toEqual([[], [expect.anything()]]);
    const dry = await imggen(folder, [...paid, ...size, '--dry-run'], { env });
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is a drawing') });
    expect(await imggen(folder, [...paid, ...size, '--yes'], { env })).toMatchObject({ exitCode: 0 });
    expect(inputs()).toHaveLength(1);
  });
});
