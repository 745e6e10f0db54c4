/** A training whose process dies at each of its steps: paid once, and the weights are the character's. */
import { describe, expect, it } from 'vitest';
import { fal } from '../emulators/fal.ts';
import { replicate } from '../emulators/replicate.ts';
import { TrainingLife, type TrainingSubject } from './training-life.ts';

const FAL: TrainingSubject = { provider: 'fal', service: () => fal(), options: (url) => ({ uploadUrl: url }) };

const REPLICATE: TrainingSubject = {
  provider: 'replicate',
  service: () => replicate(),
  options: (url) => ({ baseUrl: `${url}/v1`, settleMs: 50 }),
  training: { destination: 'studio/lora' },
};

/** Every point that a training passes. fal is asked by an id alone: before it is kept, the training is held. */
const POINTS = [
  ['intent', 'done'],
  ['sending', 'held'],
  ['answered', 'held'],
  ['id-kept', 'done'],
  ['accepted', 'done'],
  ['generated', 'done'],
  ['downloaded', 'done'],
  ['named', 'done'],
  ['linked', 'done'],
  ['done', 'done'],
] as const;

async function living<T>(
  subject: TrainingSubject,
  faults: Parameters<typeof TrainingLife.begin>[1],
  body: (life: TrainingLife) => Promise<T>,
) {
  const life = await TrainingLife.begin(subject, faults);
  try {
    return await body(life);
  } finally {
    await life.close();
  }
}

describe('a training at fal whose process dies', () => {
  it.each(POINTS)('at %s ends %s, and is paid once at most', async (point, state) => {
    await living(FAL, [], async (life) => {
      expect(await life.process(point), 'it died').toBeUndefined();
      await life.process();
      const seen = life.look();
      expect(seen).toMatchObject({ state, loras: state === 'done' ? 1 : 0, spentMicros: 2_000_000 });
      expect(seen.charges).toBe(point === 'sending' ? 0 : 1);
    });
  });

  it('is found to pay twice when what was perhaps sent counts as never sent', async () => {
    await living(FAL, [], async (life) => {
      await life.process('answered');
      life.forgetSending();
      await life.process();
      expect(life.look()).toMatchObject({ charges: 2 });
    });
  });

  it('dies again while its weights are fetched, and they are fetched anew', async () => {
    await living(FAL, [], async (life) => {
      for (const point of ['accepted', 'generated', 'downloaded', 'linked']) await life.process(point);
      await life.process();
      expect(life.look()).toMatchObject({ state: 'done', charges: 1, loras: 1 });
    });
  });
});

describe('a training at fal', () => {
  it('whose answer is lost is held, and counts as spent', async () => {
    await living(FAL, [{ on: 'submit', kind: 'reset-after', times: 1 }], async (life) => {
      await life.process();
      await life.process();
      expect(life.look()).toEqual({ state: 'held', charges: 1, loras: 0, spentMicros: 2_000_000 });
    });
  });

  it.each(['upload', 'put'])('whose %s fails is tried again, and paid once', async (on) => {
    await living(FAL, [{ on, kind: 'status', status: 503, times: 2 }], async (life) => {
      await life.process();
      expect(life.look()).toMatchObject({ state: 'done', charges: 1 });
      expect(life.emulator.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(1);
    });
  });

  it.each(['truncate-close', 'html', 'empty'] as const)('whose download is %s is fetched again', async (kind) => {
    await living(FAL, [{ on: 'download', kind, times: 2 }], async (life) => {
      await life.process();
      expect(life.look()).toMatchObject({ state: 'done', charges: 1, loras: 1 });
    });
  });
});

describe('a training at Replicate whose process dies', () => {
  it.each(POINTS.map(([point]) => point).filter((point) => point !== 'id-kept'))(
    'at %s is looked up where it must be, and is paid once',
    async (point) => {
      await living(REPLICATE, [], async (life) => {
        expect(await life.process(point), 'it died').toBeUndefined();
        await life.process();
        expect(life.look()).toEqual({ state: 'done', charges: 1, loras: 1, spentMicros: 1_850_000 });
      });
    },
  );

  it.each(['reset-after', 'reset-before'] as const)(
    'whose answer is lost (%s) is looked up by its zip',
    async (kind) => {
      await living(REPLICATE, [{ on: 'submit', kind, times: 1 }], async (life) => {
        await life.process();
        expect(life.look()).toMatchObject({ state: 'done', charges: 1 });
      });
    },
  );

  it('is held while the list can not be read, and found later', async () => {
    const faults = [
      { on: 'submit', kind: 'reset-after' as const, times: 1 },
      { on: 'list', kind: 'status' as const, status: 503, times: 1 },
    ];
    await living(REPLICATE, faults, async (life) => {
      await life.process();
      expect(life.look()).toMatchObject({ state: 'held', charges: 1, spentMicros: 3_700_000 });
      await life.process();
      expect(life.look()).toEqual({ state: 'done', charges: 1, loras: 1, spentMicros: 1_850_000 });
    });
  });

  it('is found to pay twice when what was perhaps sent counts as never sent', async () => {
    await living(REPLICATE, [], async (life) => {
      await life.process('answered');
      life.forgetSending();
      await life.process();
      expect(life.look()).toMatchObject({ charges: 2 });
    });
  });
});
