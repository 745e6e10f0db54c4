/** Each fault at one provider, the providers taking turns. All faults at all of them: faults.soak.ts. */
import { it } from 'vitest';
import { casesOf, type FaultCase, meet, told } from './fault-cases.ts';
import { NAMES } from './subjects.ts';

/** Each kind of request and fault once. */
function sample(): FaultCase[] {
  const byKind = new Map<string, FaultCase[]>();
  for (const one of NAMES.flatMap(casesOf)) {
    const on = /submit|download/.exec(one.on)?.[0] ?? 'read';
    const kind = `${on} ${told({ ...one, name: 'fal', on: '' })}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), one]);
  }
  return [...byKind.values()].flatMap((cases, turn) => cases[(turn * 5) % cases.length] ?? []);
}

it.each(sample().map((one) => [told(one), one] as const))(
  '%s is paid once at most, and every charge is known',
  (_, one) => meet(one),
);
