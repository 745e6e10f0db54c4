/** What lies beside a signed picture goes with it, and is no picture itself. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { replicateProject } from '../support/replicate-project.ts';

describe('an .xmp file', () => {
  it('whose picture was taken out before a crash is listed and cleaned with it; others stay', async () => {
    const { imggen, folder } = await replicateProject();
    await imggen.createCharacter({ trainingCount: 1 }).result;
    const beside = (number: number) => join(folder, 'images', 'mira', `mira_image_0000${number}.xmp`);
    for (const number of [1, 2, 7]) writeFileSync(beside(number), 'xmp');
    expect((await imggen.leftovers()).items).toEqual([]);
    const ledger = new Ledger({ file: join(folder, '.imggen', 'ledger.db'), now: Date.now });
    ledger.maintenance.remove(ledger.images.numbered('mira', 2)?.id ?? 0);
    ledger.close();
    const { items } = await imggen.leftovers();
    expect(items.map(({ what }) => what).toSorted()).toEqual([beside(2).replace('.xmp', '.png'), beside(2)].toSorted());
    await imggen.clean(items);
    expect([1, 2, 7].map((number) => existsSync(beside(number)))).toEqual([true, false, true]);
    expect((await imggen.gallery('mira')).images).toHaveLength(1);
  }, 60_000);
});
