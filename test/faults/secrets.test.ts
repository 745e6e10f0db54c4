/** What services say about keys and to terminals goes nowhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { play } from '../support/harness/scene.ts';

const built = inject('builtPackage');

const CANARIES = {
  key: 'canary-key-71f3a9',
  token: 'canary-token-5b2e88',
  password: 'canary-pass-90cd41',
  other: 'canary-other-3e77a0',
};
const ENV = {
  OPENAI_API_KEY: CANARIES.key,
  REPLICATE_API_TOKEN: CANARIES.token,
  DATABASE_URL: `postgres://someone:${CANARIES.password}@db.example/x`,
  DEPLOY_SECRET: CANARIES.other,
};
const ECHO =
  `you sent Bearer ${CANARIES.key} or ${CANARIES.token}, base64 ${Buffer.from(CANARIES.key).toString('base64')}; ` +
  `${ENV.DATABASE_URL}; ${CANARIES.other}`;
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u0085\u202eevil';

it.each([
  { provider: 'openai', status: 400 },
  { provider: 'openai', status: 401 },
  { provider: 'openai', status: 500 },
  { provider: 'replicate', status: 422 },
  { provider: 'replicate', status: 401 },
  { provider: 'replicate', status: 503 },
] as const)(
  'an answer $status of $provider that echoes keys and drives terminals leaves no trace of either',
  async ({ provider, status }) => {
    const body = JSON.stringify({ error: { message: `${ESCAPES} ${ECHO}` }, detail: `${ESCAPES} ${ECHO}` });
    const seen: Record<string, Buffer> = {};
    const { ended } = await play({
      root: built,
      provider,
      count: 2,
      env: ENV,
      emulator: { faults: [{ on: 'submit', kind: 'status', status, body }] },
      config: { attemptsMax: 1 },
      after: (home, { stdout, stderr }) => {
        seen['stdout'] = Buffer.from(stdout);
        seen['stderr'] = Buffer.from(stderr);
        seen['run.log'] = readFileSync(join(home.folder, 'run.log'));
        const folder = join(home.folder, '.imggen');
        for (const entry of readdirSync(folder, { withFileTypes: true }))
          if (entry.isFile()) seen[entry.name] = readFileSync(join(folder, entry.name));
      },
    });
    expect(ended.code).not.toBe(0);
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(['stdout', 'stderr', 'run.log', 'ledger.db']));
    expect(seen['run.log']?.toString()).toContain('you sent');
    for (const [where, bytes] of Object.entries(seen)) {
      const forms = Object.values(CANARIES).flatMap((secret) => [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      ]);
      expect(
        forms.filter((form) => bytes.includes(form)),
        where,
      ).toEqual([]);
    }
    expect(`${ended.stdout}${ended.stderr}`.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  },
);
