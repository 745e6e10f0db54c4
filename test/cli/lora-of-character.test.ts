/** The LoRA that was trained of a character: later packs are made with it, unless something else was asked for. */
import Sqlite from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { fal } from '../emulators/fal.ts';
import { replicate } from '../emulators/replicate.ts';
import { fluxDevLora } from '../emulators/replicate/flux-dev-lora.ts';
import { ask, imggen, linesOf, newStudio, picturesIn, writeConfig } from '../support/cli/imggen.ts';

const KEY = 'id-0123:secret-456';
const WEIGHTS = 'https://files.test/mira.safetensors';
const NOTICE = 'made with the LoRA of mira-sol (m1r4s0l, trained with 10 pictures)';

interface Trained {
  provider: string;
  madeWith: string;
  version?: string;
}

/** Puts a LoRA of the character into the ledger, as a training leaves it. */
function putLora(folder: string, { provider, madeWith, version }: Trained): void {
  const into = (db: Sqlite.Database) =>
    db
      .prepare(
        `INSERT INTO loras (character_key, character_id, job_id, shot_id, attempt_id, state, chosen, provider, model,
       made_with, trigger_word, class_name, steps, images, url, version, filename, path, sha256, size_bytes,
       cost_micros, created_at_ms)
     SELECT c.key, c.id, a.job_id, a.shot_id, a.id, 'stored', 1, ?, 'trainer', ?, 'm1r4s0l', 'woman', 1000, 10, ?, ?,
       'm.safetensors', 'images/mira-sol/lora/m.safetensors', 'x', 1, 0, 1
     FROM characters c, attempts a ORDER BY a.id LIMIT 1`,
      )
      .run(provider, JSON.stringify([madeWith]), WEIGHTS, version ?? null);
  withLedger(folder, into);
}

function withLedger(folder: string, body: (db: Sqlite.Database) => unknown): void {
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  body(db);
  db.close();
}

const sent = ({ requests }: Emulator, from: number) =>
  requests
    .filter(({ operation }) => operation === 'submit')
    .slice(from)
    .map(({ body }) => body as Record<string, unknown>);

/** A character with an avatar that fal made, and a LoRA from there. */
async function atFal(config: Record<string, unknown> = {}) {
  const emulator = await startEmulator(fal({ key: KEY }));
  onTestFinished(() => emulator.close());
  const providers = { fal: { pollMs: 10 } };
  const folder = newStudio({
    provider: 'fal',
    size: '1024x1024',
    thumbnails: false,
    staggerMs: 0,
    providers,
    ...config,
  });
  const env = { FAL_KEY: KEY, FAL_BASE_URL: emulator.url };
  const made = await imggen(folder, ['create-character', '--training-count', '1', '--yes'], { env });
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  putLora(folder, { provider: 'fal', madeWith: 'fal-ai/flux-lora' });
  return { folder, emulator, run: (...args: string[]) => imggen(folder, args, { env }) };
}

it('is what a pack is made with: its model, its weights, its trigger word; said before anything is sent', async () => {
  const { folder, emulator, run } = await atFal();
  const planned = await run('pack', '--count', '2', '--dry-run');
  expect(planned.stdout).toContain(`${NOTICE} by fal-ai/flux-lora`);
  expect(sent(emulator, 2)).toEqual([]);
  const packed = await run('pack', '--count', '2', '--yes');
  expect(packed, packed.stderr).toMatchObject({ exitCode: 0 });
  expect(packed.stderr + packed.stdout).toContain(NOTICE);
  expect(packed.stderr + packed.stdout).not.toMatch(/face is not kept|no avatar/);
  for (const body of sent(emulator, 2)) {
    expect(body).toMatchObject({ loras: [{ path: WEIGHTS, scale: 1 }] });
    expect(body).not.toHaveProperty('image_urls');
    expect(body['prompt']).toMatch(/ of m1r4s0l, a woman with auburn hair/);
  }
  expect(sent(emulator, 2)).toHaveLength(2);
  expect(picturesIn(folder)).toHaveLength(4);
  // Another take is made in the same way.
  expect((await run('reroll', 'mira-sol/3', '--yes')).exitCode).toBe(0);
  expect(sent(emulator, 4)).toMatchObject([{ loras: [{ path: WEIGHTS }] }]);
  const other = await run('reroll', 'mira-sol/3', '--model', 'fal-ai/flux-2-pro', '--yes');
  expect(other.stderr + other.stdout).toContain('without the LoRA of the first ones: its word m1r4s0l says nothing');
  const shown = await run('show', 'mira-sol/3', '--json');
  expect(linesOf(shown.stdout.replaceAll('\n', ''))[0]).toMatchObject({ attempts: [{ lora: WEIGHTS }] });
});

it('is left out where the config names weights of its own; a job that began with it keeps it', async () => {
  const { folder, emulator, run } = await atFal();
  const begun = await run('pack', '--count', '2', '--budget', '0.05', '--yes');
  expect(begun, begun.stderr).toMatchObject({ exitCode: 4 });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { providers: object };
  const loras = [{ path: 'https://files.test/own.safetensors', scale: 1 }];
  const providers = { fal: { pollMs: 10, model: 'fal-ai/flux-lora', input: { loras } } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, providers }));
  expect(await run('resume', '--budget', '1')).toMatchObject({ exitCode: 0 });
  expect(sent(emulator, 2)).toMatchObject([{ loras: [{ path: WEIGHTS }] }, { loras: [{ path: WEIGHTS }] }]);
  const own = await run('pack', '--count', '1', '--yes');
  expect(own.stderr + own.stdout).toContain(
    'is not used: the config names its own weights (providers.fal: input.loras)',
  );
  expect(sent(emulator, 4)).toMatchObject([{ loras }]);
});

it('is left out by --no-lora, and by the name of a model that does not take it', async () => {
  const { emulator, run } = await atFal();
  const without = await run('pack', '--count', '1', '--no-lora', '--yes');
  expect(without, without.stderr).toMatchObject({ exitCode: 0 });
  const named = await run('pack', '--count', '1', '--model', 'fal-ai/flux-2-pro', '--new', '--yes');
  expect(named, named.stderr).toMatchObject({ exitCode: 0 });
  expect(named.stderr + named.stdout).toMatch(
    /fal-ai\/flux-2-pro makes these pictures without the LoRA of mira-sol.*fal-ai\/flux-lora takes it/,
  );
  for (const body of sent(emulator, 2)) {
    expect(body).not.toHaveProperty('loras');
    expect(body['prompt']).toContain('of Mira Sol, a woman');
  }
  expect(sent(emulator, 2)).toHaveLength(2);
});

it('is at its own provider: another one says that it makes the pictures without', async () => {
  const { run } = await atFal();
  const elsewhere = await run('pack', '--count', '1', '--provider', 'local', '--dry-run');
  expect(elsewhere.stdout).toContain('the LoRA of mira-sol (m1r4s0l) is at fal: local makes these pictures without it');
  const without = await run('pack', '--count', '1', '--provider', 'local', '--no-lora', '--dry-run');
  expect(without.stdout).not.toContain('LoRA');
});

it('keeps fallbacks away that do not have it, and another LoRA begins another job', async () => {
  const { folder, run } = await atFal({ fallback: ['local'] });
  const first = await run('pack', '--count', '1', '--yes');
  expect(first.stderr + first.stdout).toMatch(/local.*it has no LoRA of the character/);
  expect(ask(folder, `SELECT json_extract(settings, '$.lora.trigger') t FROM jobs WHERE kind = 'pack'`)).toEqual([
    { t: 'm1r4s0l' },
  ]);
});

it('leaves a pack that has begun without it as it is, by the same command and by its key', async () => {
  const { folder, emulator, run } = await atFal();
  const forget = (chosen: number) => withLedger(folder, (db) => db.prepare('UPDATE loras SET chosen = ?').run(chosen));
  forget(0);
  const nightly = ['pack', '--count', '1', '--key', 'nightly', '--yes'];
  expect(await run(...nightly)).toMatchObject({ exitCode: 0 });
  const capped = await run('pack', '--count', '2', '--budget', '0.05', '--yes');
  expect(capped, capped.stderr).toMatchObject({ exitCode: 4 });
  const before = sent(emulator, 2).length;
  forget(1);
  expect(await run(...nightly)).toMatchObject({ exitCode: 0 });
  expect(sent(emulator, 2)).toHaveLength(before);
  const on = await run('pack', '--count', '2', '--budget', '1', '--yes');
  expect(on, on.stderr).toMatchObject({ exitCode: 0 });
  expect(on.stderr + on.stdout).not.toContain(NOTICE);
  expect(sent(emulator, 2)).toHaveLength(3);
  expect(sent(emulator, 2).filter((body) => 'loras' in body)).toEqual([]);
  expect(ask(folder, `SELECT id FROM jobs WHERE kind = 'pack'`)).toHaveLength(2);
});

it('is named at Replicate by the version of its model', async () => {
  const token = 'emulated-token';
  const emulator = await startEmulator(replicate({ token, models: [fluxDevLora] }));
  onTestFinished(() => emulator.close());
  const providers = { replicate: { pollMs: 20 } };
  const config = { provider: 'replicate', size: '1024x1024', thumbnails: false, staggerMs: 0, providers };
  const folder = newStudio(config);
  const env = { REPLICATE_API_TOKEN: token, REPLICATE_BASE_URL: `${emulator.url}/v1` };
  expect((await imggen(folder, ['avatar', '--yes'], { env })).exitCode).toBe(0);
  putLora(folder, { provider: 'replicate', madeWith: 'black-forest-labs/gone', version: 'owner/mira:0122' });
  const refused = await imggen(folder, ['pack', '--count', '1', '--yes'], { env });
  expect(refused.stderr).toMatch(/black-forest-labs\/gone[^]*another model makes the pictures: --no-lora/);
  // What has begun without it goes on.
  const more = ['pack', '--count', '2', '--yes', '--budget'];
  expect(await imggen(folder, [...more, '0.05', '--no-lora'], { env })).toMatchObject({ exitCode: 4 });
  expect(await imggen(folder, [...more, '1'], { env })).toMatchObject({ exitCode: 0 });
  withLedger(folder, (db) => db.exec('DELETE FROM loras'));
  const madeWith = 'black-forest-labs/flux-dev-lora';
  putLora(folder, { provider: 'replicate', madeWith, version: 'owner/mira:0123' });
  const packed = await imggen(folder, ['pack', '--count', '1', '--yes'], { env });
  expect(packed, packed.stderr).toMatchObject({ exitCode: 0 });
  const body = sent(emulator, 1).at(-1);
  expect(body?.['input']).toMatchObject({
    lora_weights: 'owner/mira/0123',
    prompt: expect.stringContaining('m1r4s0l'),
  });
  expect(body?.['input']).not.toHaveProperty('image');
  const models = { [madeWith]: { input: { lora_weights: 'owner/own/0456' } } };
  writeConfig(folder, { ...config, providers: { replicate: { pollMs: 20, reference: 'none', models } } });
  const own = await imggen(folder, ['pack', '--count', '1', '--model', madeWith, '--yes'], { env });
  expect(own.stderr + own.stdout).toContain('its own weights (providers.replicate: input.lora_weights)');
  expect(sent(emulator, 1).at(-1)?.['input']).toMatchObject({ lora_weights: 'owner/own/0456' });
});
