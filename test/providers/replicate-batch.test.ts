import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadImage } from '../../src/images/download.ts';
import { pictureKey } from '../emulators/picture.ts';
import { call, lost, clearStage, made, request, stage } from '../support/providers/replicate-stage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

afterEach(clearStage);

describe('a batch at Replicate', () => {
  it('pays each picture once and gets the one asked for, through lost answers and slow lists', async () => {
    const faults = [
      { on: 'submit', kind: 'reset-after', share: 0.2 },
      { on: 'submit', kind: 'reset-before', share: 0.1 },
      { on: 'poll', kind: 'reset-before', share: 0.1 },
      { on: 'list', kind: 'status', status: 503, positions: [1] },
    ] as const;
    const { provider, emulator } = await stage({ emulator: { latencyMs: 50, faults: [...faults] } });
    const folder = temporaryFolder('imggen-batch-');
    const known = new Set<string>();
    const context = call();

    /**
     * As the runner does: an open attempt is looked up until the service can tell, and sent again only when it is
     * absent.
     */
    async function remoteIdOf(seed: number): Promise<string> {
      const sentAtMs = Date.now();
      const submission = await provider.submit(request({ seed }), context).catch(() => undefined);
      if (submission?.state === 'accepted') return submission.remoteId;
      for (;;) {
        const finding = await provider.find?.(
          lost({ request: request({ seed }), sentAtMs, isKnown: (id) => known.has(id) }),
          context,
        );
        if (finding?.state === 'found') return finding.remoteId;
        if (finding?.state === 'absent') return remoteIdOf(seed);
      }
    }

    await Promise.all(
      Array.from({ length: 40 }, async (_, seed) => {
        const remoteId = await remoteIdOf(seed);
        known.add(remoteId);
        const generated = await made(provider, remoteId, request({ seed }), context);
        expect(generated.seedUsed).toBe(seed);
        const part = join(folder, `${seed}.part`);
        await downloadImage(generated.image.kind === 'url' ? generated.image.url : '', part, {
          fetch,
          signal: context.signal,
          allowedOrigin: provider.baseUrl,
        });
        expect(pictureKey(readFileSync(part))).toBe(remoteId);
      }),
    );
    expect(known.size).toBe(40);
    expect(new Set(emulator.charges().map(({ id }) => id))).toEqual(known);
    expect(emulator.charges()).toHaveLength(40);
    expect(emulator.requests.filter(({ faulted }) => faulted !== undefined).length).toBeGreaterThan(8);
  });
});
