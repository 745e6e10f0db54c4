/** What changes between a death and the next run, each pair of values once. All of it: matrix.soak.ts. */
import { describe, expect, it } from 'vitest';
import { play } from './between.ts';
import { pairwise } from './cases.ts';

describe('between a death and the next run', () => {
  it.concurrent.each(pairwise())('a picture is paid once and kept: %j', async (one) => {
    expect(await play(one)).toEqual({ charges: 1, done: 1, failed: 0 });
  });

  it('negative control: a look-up that denies what was sent pays twice', async () => {
    const [plain] = pairwise();
    expect(await play({ ...plain!, death: 'submit', key: 'same' }, true)).toMatchObject({ charges: 2 });
  });
});
