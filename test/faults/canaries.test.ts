/** A key in every field that a service can fill, hidden in every way: no trace of it is left anywhere. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { startCloudinary } from '../emulators/cloudinary.ts';
import type { Answer } from '../emulators/service.ts';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { replicate } from '../emulators/replicate.ts';
import { disguises, type Taint, tainted, tracesOf } from '../emulators/taint.ts';
import { HERE, type Home, openHome, runAnywhere } from '../support/harness/cli.ts';
import { sabotagedPackage } from '../support/harness/sabotage.ts';

const SECRET = 'Canary-71f3a9x5Q';
const TEXTS = disguises(SECRET);

/** An answer that says no, and tells the key in every field that services use. */
const refusal =
  (status: number) =>
  (text: string): Answer => ({
    status,
    body: {
      error: { message: `you sent ${text}`, code: text, type: text, param: text },
      detail: `you sent ${text}`,
      title: text,
      invalid_fields: [{ field: text, description: text }],
    },
  });
const behind = (told: string, text: string): string => `${told}?key=${encodeURIComponent(text)}`;
/** Not its models, without whose schema nothing is sent. */
const PREDICTIONS = ['submit', 'poll', 'list', 'cancel', 'download'];
const inId = (told: string): string => `${told.slice(0, 6)}${SECRET}`;

interface Case {
  name: string;
  service: 'replicate' | 'openai' | 'openai in background' | 'cloudinary';
  taint?: Omit<Taint, 'texts'>;
  code: number;
  /** Everything that shows pictures is run, too; what it shows comes from the ledger, which is looked at each time. */
  shown?: boolean;
}

const CASES: readonly Case[] = [
  {
    name: 'all that is said beside the picture',
    service: 'replicate',
    taint: { operations: PREDICTIONS },
    code: 0,
    shown: true,
  },
  {
    name: 'the address of the picture',
    service: 'replicate',
    taint: { operations: PREDICTIONS, fields: { output: behind } },
    code: 0,
  },
  { name: 'the id', service: 'replicate', taint: { operations: PREDICTIONS, fields: { id: inId } }, code: 75 },
  { name: 'a refusal', service: 'replicate', taint: { operations: ['submit'], instead: refusal(422) }, code: 6 },
  {
    name: 'why it failed',
    service: 'replicate',
    taint: { operations: ['poll'], fields: { status: () => 'failed', error: (_told, text) => `invalid ${text}` } },
    code: 6,
  },
  { name: 'all that is said beside the picture', service: 'openai', code: 0, shown: true },
  { name: 'a refusal', service: 'openai', taint: { operations: ['submit'], instead: refusal(400) }, code: 6 },
  { name: 'an error under 200', service: 'openai', taint: { operations: ['submit'], instead: refusal(200) }, code: 6 },
  { name: 'all that is said beside the picture', service: 'openai in background', code: 0, shown: true },
  { name: 'the id', service: 'openai in background', taint: { fields: { id: inId } }, code: 75 },
  { name: 'all that is said beside the picture', service: 'cloudinary', code: 0, shown: true },
  { name: 'the address', service: 'cloudinary', taint: { fields: { secure_url: behind } }, code: 3 },
  { name: 'the public id', service: 'cloudinary', taint: { fields: { public_id: inId } }, code: 3 },
  { name: 'a refusal', service: 'cloudinary', taint: { operations: ['upload'], instead: refusal(400) }, code: 3 },
];

/** Runs a pack and what looks at it; returns every trace of the key, and how the pack ended. */
async function leave(
  root: string,
  { service, taint, shown = false }: Case,
): Promise<{ code: number | null; traces: string[] }> {
  const how = { ...taint, texts: TEXTS };
  const isCloud = service === 'cloudinary';
  const make = service === 'replicate' ? replicate() : openai();
  const emulator = isCloud
    ? await startCloudinary({ apiSecret: SECRET, change: (cloud) => tainted(cloud, how) })
    : await startEmulator(tainted(make, how), { latencyMs: 5 });
  const provider = isCloud ? 'local' : service === 'replicate' ? 'replicate' : 'openai';
  const home = openHome(
    root,
    {
      provider,
      size: isCloud ? '64x64' : '1024x1024',
      thumbnails: shown,
      ...(isCloud ? { storage: { provider: 'cloudinary' } } : {}),
      providers: {
        replicate: { baseUrl: `${emulator.url}/v1`, priceUsd: 0.01, pollMs: 10, settleMs: 10 },
        openai: { baseUrl: `${emulator.url}/v1`, priceUsd: 0.1, background: service === 'openai in background' },
      },
    },
    {
      OPENAI_API_KEY: SECRET,
      REPLICATE_API_TOKEN: SECRET,
      CLOUDINARY_URL: 'cloudinaryUrl' in emulator ? String(emulator.cloudinaryUrl) : `cloudinary://1:${SECRET}@demo`,
    },
  );
  try {
    const first = await runAnywhere(home, ['pack', '--count', '1', '--provider', 'local', '--storage', 'none']);
    expect(first.code).toBe(0);
    // Another reader of the ledger: its journal stays to be looked at.
    const reader = new Sqlite(home.ledger);
    reader.prepare('SELECT COUNT(*) FROM jobs').get();
    try {
      const pack = ['pack', '--new', '--count', String(isCloud ? 3 : TEXTS.length)];
      return await said(home, pack, shown ? service : undefined);
    } finally {
      reader.close();
    }
  } finally {
    await emulator.close();
    home.close();
  }
}

async function said(
  home: Home,
  pack: readonly string[],
  shown: Case['service'] | undefined,
): Promise<{ code: number | null; traces: string[] }> {
  const log = ['--log', join(home.folder, 'run.log'), '--yes'];
  const commands = [
    [...pack, '--json', ...log],
    ['resume', ...log],
    ...(shown === undefined
      ? []
      : [
          ['status', '--json'],
          ['gallery', 'mira-sol', '--json'],
          ['gallery', 'mira-sol', '--html', 'gallery.html'],
        ]),
    ...(shown === 'cloudinary' ? [['adopt', 'mira-sol']] : []),
  ];
  const seen = new Map<string, Buffer>();
  let code: number | null = null;
  for (const [at, command] of commands.entries()) {
    const ended = await runAnywhere(home, command);
    if (at === 0) code = ended.code;
    seen.set(command.slice(0, 2).join(' '), Buffer.from(`${ended.stdout}\n${ended.stderr}`));
  }
  for (const name of readdirSync(home.folder, { recursive: true, encoding: 'utf8' }))
    if (statSync(join(home.folder, name)).isFile()) seen.set(name, readFileSync(join(home.folder, name)));
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining([
      'run.log',
      '.imggen/ledger.db',
      '.imggen/ledger.db-wal',
      ...(shown === undefined ? [] : ['gallery.html']),
    ]),
  );
  const traces = [...seen].flatMap(([where, bytes]) => tracesOf(SECRET, bytes).map((trace) => `${where}: ${trace}`));
  return { code, traces };
}

describe('a key that a service tells back leaves no trace', () => {
  it.concurrent.each(CASES)('in $name of $service', async (one) => {
    const { code, traces } = await leave(HERE, one);
    expect(traces).toEqual([]);
    expect(code).toBe(one.code);
  });
});

describe('what looks for traces finds them', () => {
  it.each(['keys are not redacted', 'keys are looked for once'] as const)('when %s', async (sabotage) => {
    const copy = await sabotagedPackage(sabotage);
    try {
      const wrong = CASES.filter(({ name, service }) => name === 'a refusal' && service === 'replicate');
      for (const one of wrong) expect((await leave(copy.root, one)).traces).not.toEqual([]);
    } finally {
      copy.remove();
    }
  });
});
