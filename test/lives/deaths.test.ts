/** A death at each point and during each request, the providers taking turns. All at all of them: deaths.soak.ts. */
import { describe, expect, it } from 'vitest';
import { type DeathCase, deathsOf, outlive, told } from './death-cases.ts';
import { NAMES, SUBJECTS } from './subjects.ts';

/** Each death once, and each way of recovery at the points where it decides. */
function sample(): DeathCase[] {
  const byDeath = new Map<string, DeathCase[]>();
  for (const name of NAMES)
    for (const death of deathsOf(name)) {
      const decides = 'during' in death || /sending|answered|accepted|staged/.test(death.point);
      const key = `${Object.values(death).join()} ${decides ? SUBJECTS[name].recovery : ''}`;
      byDeath.set(key, [...(byDeath.get(key) ?? []), { name, death }]);
    }
  return [...byDeath.values()].flatMap((cases, turn) => cases[(turn * 3) % cases.length] ?? []);
}

describe('a real provider whose process dies', () => {
  it.each(sample().map((one) => [told(one), one] as const))(
    '%s: paid once, nothing lost',
    async (_, one) => void (await outlive(one)),
  );

  it('is looked up by the key of the attempt at Modal and ComfyUI, also when it dies twice', async () => {
    for (const name of ['modal', 'comfyui'] as const)
      expect(await outlive({ name, death: { during: 'submit' }, second: 'looked-up' })).toEqual({ deaths: 2, held: 0 });
  });

  it.each(['modal', 'openai in batches'] as const)(
    'is found to pay twice when its look-up is broken: %s',
    async (name) => {
      const broken = outlive({ name, death: { during: 'submit' }, change: { deny: true } });
      await expect(broken).rejects.toThrow(/paid twice/);
    },
  );
});
