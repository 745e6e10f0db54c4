/** Services that lie about what they took. */
import { expect, it } from 'vitest';
import { Life } from './life.ts';
import { SUBJECTS, type SubjectName } from './subjects.ts';

/** The answer to a paid request, which names the work of another one. */
const REPEATED: Partial<Record<SubjectName, (id: string, url: string) => object>> = {
  fal: (id, url) => {
    const work = `${url}/fal-ai/flux-2/requests/${id}`;
    return { request_id: id, response_url: work, status_url: `${work}/status`, cancel_url: `${work}/cancel` };
  },
  bfl: (id, url) => ({ id, polling_url: `${url}/v1/get_result?id=${id}`, cost: 3, input_mp: 0, output_mp: 1 }),
  runpod: (id) => ({ id, status: 'IN_QUEUE' }),
  'worker-comfyui': (id) => ({ id, status: 'IN_QUEUE' }),
  modal: (id) => ({ call_id: id }),
  comfyui: (id) => ({ prompt_id: id, number: 1, node_errors: {} }),
};

it.each(Object.entries(REPEATED))('%s: an id that was given before is nobody else’s picture', async (name, answer) => {
  const life = await Life.begin(name as SubjectName, { shots: 2 });
  try {
    expect(await life.process({ dies: { point: 'accepted' } })).toBe(true);
    const [first] = life.emulator.charges();
    const body = JSON.stringify(answer(first?.id ?? '', life.emulator.url));
    life.emulator.faults.push({ on: 'submit', positions: [2], kind: 'status', status: 200, handled: true, body });
    await life.settle();
    expect(life.emulator.requests.some(({ faulted }) => faulted !== undefined)).toBe(true);
    const { violations, states, submits } = life.look();
    expect(violations).toEqual([]);
    const isFound = SUBJECTS[name as SubjectName].recovery === 'found';
    expect({ states, submits }).toEqual({ states: isFound ? { done: 2 } : { done: 1, held: 1 }, submits: 2 });
  } finally {
    await life.close();
  }
});

it.each(['fal', 'bfl', 'runpod', 'worker-comfyui', 'modal', 'modal plain'] as const)(
  '%s: accepted work is kept while the config names another address, and collected when it is back',
  async (name) => {
    const [life, other] = [await Life.begin(name), await Life.begin(name)];
    try {
      expect(await life.process({ dies: { point: 'accepted' } })).toBe(true);
      const baseUrl = `${other.emulator.url}${SUBJECTS[name].basePath}`;
      // The distance between two looks grows to ten times this.
      await life.process({ options: { baseUrl, pollMs: 450 } });
      expect(other.emulator.charges()).toEqual([]);
      expect(life.look().states).not.toHaveProperty('failed');
      await life.settle();
      const { violations, states, submits } = life.look();
      expect({ violations, states, submits }).toEqual({ violations: [], states: { done: 1 }, submits: 1 });
    } finally {
      await Promise.all([life.close(), other.close()]);
    }
  },
);
