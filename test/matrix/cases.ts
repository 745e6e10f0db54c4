/** All cases of the matrix, and few of them that hold each pair of values. */
import { KINDS, type Case } from './between.ts';

const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** Every combination. */
export function allCases(): Case[] {
  return NAMES.reduce<Partial<Case>[]>(
    (cases, name) => cases.flatMap((one) => KINDS[name].map((value) => ({ ...one, [name]: value }))),
    [{}],
  ) as Case[];
}

/** Cases in which each value of a kind meets each value of every other kind: taken greedily. */
export function pairwise(): Case[] {
  const all = allCases().map((one) => ({ one, pairs: pairsOf(one) }));
  const open = new Set(all.flatMap(({ pairs }) => pairs));
  const chosen: Case[] = [];
  while (open.size > 0) {
    const gain = ({ pairs }: { pairs: string[] }) => pairs.filter((pair) => open.has(pair)).length;
    const best = all.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of best.pairs) open.delete(pair);
    chosen.push(best.one);
  }
  return chosen;
}

function pairsOf(one: Case): string[] {
  return NAMES.flatMap((a, i) => NAMES.slice(i + 1).map((b) => `${a}=${one[a]} ${b}=${one[b]}`));
}
