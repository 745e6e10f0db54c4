/** Faults that a life meets once, and how its shot must end by what its provider can do. */
import { expect } from 'vitest';
import { type Fault, isHandled } from '../emulators/faults.ts';
import { Life } from './life.ts';
import { type Subject, SUBJECTS, type SubjectName } from './subjects.ts';

type Kind = Omit<Fault, 'on'>;

/** One fault at one provider. */
export interface FaultCase {
  name: SubjectName;
  on: string;
  fault: Kind;
  /** `doubt`: the service may have been paid, and nobody can be asked. `refused`: it ends unpaid. */
  end: 'done' | 'doubt' | 'refused';
}

const status = (code: number, more: Partial<Kind> = {}): Kind => ({ kind: 'status', status: code, ...more });

/** Surely not accepted: sent again, perhaps by a later run. */
const AGAIN: readonly Kind[] = [
  status(429, { headers: { 'retry-after': '1' } }),
  status(429),
  status(429, { headers: { 'retry-after': 'soon' } }),
  status(401),
  status(402),
];
/** Surely not accepted, and the same would happen again. */
const REFUSED: readonly Kind[] = [status(400), status(422), { kind: 'redirect', status: 307 }, { kind: 'redirect' }];
/** Whatever hides the answer. */
const HIDING: readonly Kind[] = [
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'truncate-length' },
  { kind: 'truncate-chunked' },
  { kind: 'truncate-close' },
  { kind: 'html' },
  { kind: 'error-json' },
  { kind: 'empty' },
  { kind: 'gzip-bomb' },
  { kind: 'header-bomb' },
  status(502, { handled: true }),
  status(503),
  status(504, { handled: true }),
];
const READING: readonly Kind[] = [
  status(500),
  status(503),
  status(429, { headers: { 'retry-after': '2' } }),
  status(404),
  status(401),
  status(408),
  { kind: 'reset-after' },
  { kind: 'truncate-length' },
  { kind: 'truncate-close' },
  { kind: 'html' },
  { kind: 'empty' },
  { kind: 'gzip-bomb' },
  { kind: 'header-bomb' },
  { kind: 'redirect' },
  { kind: 'slow-loris', delayMs: 1 },
];
const DOWNLOADING: readonly Kind[] = [
  status(403),
  status(404),
  status(500),
  { kind: 'reset-after' },
  { kind: 'truncate-length' },
  { kind: 'truncate-chunked' },
  { kind: 'truncate-close' },
  { kind: 'html' },
  { kind: 'error-json' },
  { kind: 'not-image' },
  { kind: 'empty' },
  { kind: 'gzip-bomb' },
  { kind: 'redirect' },
  { kind: 'wrong-type' },
];

/** All that apply to a provider. */
export function casesOf(name: SubjectName): FaultCase[] {
  const { recovery, reads, downloads, answersInHeaders = false, batch = false }: Subject = SUBJECTS[name];
  // A picture inside an answer would trickle for minutes.
  const reading = READING.filter(({ kind }) => downloads || kind !== 'slow-loris');
  const hiding = HIDING.filter(({ kind }) => !answersInHeaders || !kind.startsWith('truncate'));
  // A batch that is not listed is never taken for absent.
  const isFound = (fault: Kind) => recovery === 'found' && (!batch || isHandled({ on: 'submit', ...fault }));
  const all = (on: string, faults: readonly Kind[], end: FaultCase['end']): FaultCase[] =>
    faults.map((fault) => ({ name, on, fault, end }));
  return [
    ...all('submit', AGAIN, 'done'),
    ...all('submit', REFUSED, 'refused'),
    ...hiding.flatMap((fault) => all('submit', [fault], isFound(fault) ? 'done' : 'doubt')),
    ...reads.flatMap((on) => all(on, reading, 'done')),
    ...(downloads ? all('download', DOWNLOADING, 'done') : []),
  ];
}

/** What a case is called. */
export function told({ name, on, fault }: FaultCase): string {
  const header = fault.headers?.['retry-after'];
  return [name, on, fault.status ?? '', fault.kind === 'status' ? '' : fault.kind, header ? `after ${header}` : '']
    .filter((word) => word !== '')
    .join(' ');
}

/** Plays a case: one paid request an attempt, each charge in the ledger, and the end that was promised. */
export async function meet({ name, on, fault, end }: FaultCase): Promise<void> {
  const life = await Life.begin(name, { faults: [{ on, times: 1, ...fault }] });
  try {
    await life.settle();
    const { violations, figures, spentMicros, submits, states } = life.look();
    expect(violations).toEqual([]);
    expect(
      life.emulator.requests.some(({ faulted }) => faulted !== undefined),
      'the fault was met',
    ).toBe(true);
    expect(figures.charges).toBeLessThanOrEqual(1);
    if (end === 'done') expect(states).toEqual({ done: 1 });
    else expect([states['done'], submits]).toEqual([undefined, 1]);
    if (end === 'refused') expect([figures.charges, spentMicros]).toEqual([0, 0]);
    if (end === 'doubt') expect(spentMicros).toBeGreaterThan(0);
  } finally {
    await life.close();
  }
}
