/** Random sequences of what a user does with edits without words: whatever happens, each is paid once. */
import { expect } from 'vitest';
import fc from 'fast-check';
import { replicateProject } from './replicate-project.ts';

const UPSCALER = 'nightmareai/real-esrgan';
const PRICED = { size: '256x256', attemptsMax: 1, providers: { replicate: { priceUsd: 0.01, settleMs: 0 } } };

/** What is done, in order. */
export const steps = fc.array(
  fc.constantFrom(
    'edit',
    'edit with a key',
    'edit on purpose',
    'edit, stopped at its start',
    'edit, stopped when it is accepted',
    'reroll',
    'resume',
    'retry',
    'delete what was made',
    'lose the next answer',
    'fail the next request',
    'fail two requests',
  ),
  { minLength: 2, maxLength: 12 },
);

type Step = typeof steps extends fc.Arbitrary<(infer One)[]> ? One : never;

/** Does the steps with one picture; then it has been paid as often as that was asked for, and nothing is lost. */
export async function carryOut(sequence: readonly Step[]): Promise<void> {
  const { imggen, emulator } = await replicateProject(PRICED);
  await imggen.pack({ count: 1 }).result;
  const own = emulator.charges().length;
  const fail = (kind: 'reset-after' | 'status', times: number) => emulator.faults.push({ on: 'submit', kind, times });
  let allowed = 1;
  let deleted = 0;
  const edit = (more: { key?: string; fresh?: boolean; until?: string } = {}) => {
    const stop = new AbortController();
    const { until, ...asked } = more;
    const onEvent = ({ event }: { event: string }) => event === until && stop.abort();
    return imggen.edit({ image: 'mira/1', ...asked, settings: { model: UPSCALER }, signal: stop.signal, onEvent })
      .result;
  };
  const deeds: Record<Step, () => unknown> = {
    edit: () => edit(),
    'edit with a key': () => edit({ key: 'once' }),
    'edit on purpose': () => {
      allowed += 1;
      return edit({ fresh: true });
    },
    'edit, stopped at its start': () => edit({ until: 'generation_started' }),
    'edit, stopped when it is accepted': () => edit({ until: 'generation_submitted' }),
    reroll: () => imggen.reroll({ images: ['mira/2'] }).result,
    resume: () => imggen.resume().result,
    retry: () => imggen.retry().result,
    'delete what was made': async () => {
      const { images } = await imggen.gallery('mira');
      const made = images.filter(({ source }) => source !== null).map(({ filename }) => filename);
      if (made.length === 0) return;
      await imggen.delete(made, { confirm: () => true });
      allowed += 1;
      deleted += made.length;
    },
    'lose the next answer': () => fail('reset-after', 1),
    'fail the next request': () => fail('status', 1),
    'fail two requests': () => fail('status', 2),
  };
  for (const step of [...sequence, 'resume'] as const) await Promise.resolve(deeds[step]()).catch(refusalOnly);
  const paid = emulator.charges().length - own;
  expect(paid, 'paid').toBeLessThanOrEqual(allowed);
  const { images } = await imggen.gallery('mira');
  expect(images.length - 1 + deleted, 'pictures of what was paid').toBe(paid);
}

/** A refusal is an answer; anything else is a bug. */
function refusalOnly(error: unknown): void {
  if (!(error instanceof Error && error.name === 'UserError')) throw error;
}
