/** What is simulated: which faults, kills and clocks, all from a seed. */
import fc from 'fast-check';
import { READ_FAULTS, SUBMIT_FAULTS, type ReadFault, type SubmitFault } from './faults.ts';
import type { RecoveryClass } from './service.ts';

/** By how much somebody sets the clock. */
const CLOCK_STEPS_MS = [1_000, 180_000, 3_600_000, 86_400_000, 365 * 86_400_000].flatMap((ms) => [ms, -ms]);

/** A scenario as it is generated and shrunk. */
export interface Scenario {
  recovery: RecoveryClass;
  shots: number;
  concurrency: number;
  latencyMs: number;
  /** By request, in order; afterwards all goes well. */
  faults: SubmitFault[];
  reads: ReadFault[];
  finds: boolean[];
  /** For each process: the steps at which it and its successors are killed. */
  kills: number[][];
  capShots: number | undefined;
  /** Somebody sets the clock: after so much time, by so much. */
  clock: { afterMs: number; byMs: number }[];
}

/** A protection taken away on purpose. */
export type Sabotage = 'denies' | 'takes-from-running' | 'no-caps' | 'trusts-clock';

/** Scenarios of all four classes. */
export function scenarios(
  recovery: readonly RecoveryClass[] = ['idem', 'list', 'sync', 'blind'],
): fc.Arbitrary<Scenario> {
  const mostly = fc.constant('ok' as const);
  return fc.record({
    recovery: fc.constantFrom(...recovery),
    shots: fc.integer({ min: 1, max: 6 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    latencyMs: fc.constantFrom(0, 40, 900),
    faults: fc.array(fc.oneof(mostly, fc.constantFrom(...SUBMIT_FAULTS)), { maxLength: 8 }),
    reads: fc.array(fc.oneof(mostly, fc.constantFrom(...READ_FAULTS)), { maxLength: 5 }),
    finds: fc.array(fc.boolean(), { maxLength: 3 }),
    kills: fc.array(fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    capShots: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    clock: fc.array(fc.record({ afterMs: fc.nat(30_000), byMs: fc.constantFrom(...CLOCK_STEPS_MS) }), { maxLength: 3 }),
  });
}
