/** Exit codes of the command line, a stable contract (README.md, "Exit codes"), and what leads to which. Pure. */
import type { UserErrorKind } from '../errors.ts';
import type { RunResult, RunStatus } from '../app/result.ts';

/** The exit codes. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  someFailed: 3,
  budget: 4,
  auth: 5,
  allFailed: 6,
  unknown: 75,
  interrupted: 130,
} as const;

/** One of the exit codes above. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a refusal. */
export const EXIT_OF_ERROR: Readonly<Record<UserErrorKind, ExitCode>> = {
  usage: EXIT.usage,
  auth: EXIT.auth,
  budget: EXIT.budget,
  unavailable: EXIT.allFailed,
  incomplete: EXIT.someFailed,
  declined: EXIT.interrupted,
  busy: EXIT.unknown,
};

/** The worst first: what a run ends with of which parts ended differently. */
const BY_WORST: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.interrupted,
  EXIT.unknown,
  EXIT.auth,
  EXIT.budget,
  EXIT.usage,
  EXIT.allFailed,
  EXIT.someFailed,
];

/** The exit code of a run, and of the jobs that did not go on in it: the worst of them. */
export function exitCodeOf({ status, refusals }: Pick<RunResult, 'status' | 'refusals'>): ExitCode {
  const codes = [EXIT_OF_RUN[status], ...refusals.map(({ kind }) => EXIT_OF_ERROR[kind])];
  return BY_WORST.find((code) => codes.includes(code)) ?? EXIT.ok;
}

/** The exit code of a run by its status. */
export const EXIT_OF_RUN: Readonly<Record<RunStatus, ExitCode>> = {
  done: EXIT.ok,
  'some-failed': EXIT.someFailed,
  'all-failed': EXIT.allFailed,
  budget: EXIT.budget,
  auth: EXIT.auth,
  unsettled: EXIT.unknown,
  interrupted: EXIT.interrupted,
};
