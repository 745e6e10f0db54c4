/** Every way in which imggen can end badly. Imports types only. */
import type { Advice } from './advice.ts';

/** The ways an attempt ends without a picture; the provider names one, `runner/retry.ts` decides what follows. */
export const FAILURES = [
  'refused', // content policy: the service answered, and said no
  'rejected', // bad input: the same request can never succeed
  'unauthorized', // key missing or refused
  'no-credit', // the account cannot pay
  'rate-limited', // asked to wait; nothing was made
  'unavailable', // the service is down or broken; nothing was made
  'timeout', // the service itself gave up; nothing was made
  'unusable', // an answer came and is not an image
  'interrupted', // we were told to stop before it was sent
  'unknown', // sent, and nobody knows whether it was accepted
] as const;

/** How an attempt ended without a picture. */
export type Failure = (typeof FAILURES)[number];

/** How an attempt ended (docs/failures.md, "Outcomes"). */
export type Outcome = 'done' | Failure;

/**
 * What kind of trouble a `UserError` tells of. `usage`: bad input or config, nothing was sent. `auth`: a key is missing
 * or refused, or there is no credit. `budget`: a cap would be passed. `unavailable`: a service that is needed first
 * can't be asked. `incomplete`: a part was done before a service refused. `declined`: a person said no. `busy`: another
 * program has the ledger locked.
 */
export type UserErrorKind = 'usage' | 'auth' | 'budget' | 'unavailable' | 'incomplete' | 'declined' | 'busy';

/** What to do next: in the library's words, which name no flag and no command, and as data. */
export interface Hint {
  hint?: string | undefined;
  /** Never without a hint. */
  advice?: Advice | undefined;
}

/**
 * A mistake or a circumstance of the user's, told without a stack.
 * `problems` are listed one a line; `hint` says what to do next, `advice` the same as data, for programs that have
 * their own words for it.
 */
export class UserError extends Error {
  readonly kind: UserErrorKind;
  readonly problems: readonly string[];
  readonly hint: string | undefined;
  readonly advice: Advice | undefined;

  constructor(
    message: string,
    options: { kind?: UserErrorKind; problems?: readonly string[]; cause?: unknown } & Hint = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.kind = options.kind ?? 'usage';
    this.problems = options.problems ?? [];
    this.hint = options.hint;
    this.advice = options.advice;
  }
}

/** Whether a failed attempt cost money: `maybe` keeps its reservation counted as spent. */
export type Charged = 'no' | 'yes' | 'maybe';

/** Codes by which the file system and SQLite say that something can't be written or opened: no bug of ours. */
const DISK_FAILURES = [
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'EMFILE',
  'ENFILE',
  'EFBIG',
  'EIO',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
];

/** The code that the operating system or SQLite gives an error (`ENOENT`); empty: it has none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** True when the disk, a permission or a limit of the machine is to blame. */
export function isDiskFailure(error: unknown): error is Error & { code: string } {
  const code = systemCode(error);
  return DISK_FAILURES.some((failure) => code.startsWith(failure));
}

/** What a provider knows of a failed attempt. */
export interface ProviderFailure {
  failure: Failure;
  /** Whether the service bills this failure. Default: `maybe` for `unknown`, `yes` for `unusable`, else `no`. */
  charged?: Charged | undefined;
  /** How long the service asked us to wait, in milliseconds (already clamped to 0…1 h by the http layer). */
  retryAfterMs?: number | undefined;
  /** The service's own code or type of the failure, for the log. */
  code?: string | undefined;
  /** The HTTP status, where there was one. */
  status?: number | undefined;
  /**
   * A remote id is known and the work there is finished and was paid, but its picture can't be had any more
   * (expired, deleted). Counted, and never generated again by itself.
   */
  expired?: boolean | undefined;
  /** A person canceled it at the service: only a person has it made after all. `rejected` where it cost nothing. */
  canceled?: boolean | undefined;
  /** When it was said, by the clock of who said so (epoch ms), where it told. */
  saidAtMs?: number | undefined;
  cause?: unknown | undefined;
}

/** An attempt that ended without a picture. Message: the provider's own words, for people. */
export class ProviderError extends Error {
  readonly failure: Failure;
  readonly charged: Charged;
  readonly retryAfterMs: number | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly expired: boolean;
  readonly canceled: boolean;
  readonly saidAtMs: number | undefined;

  constructor(message: string, what: ProviderFailure) {
    super(message, { cause: what.cause });
    this.name = 'ProviderError';
    this.failure = what.failure;
    this.charged = what.charged ?? (what.failure === 'unknown' ? 'maybe' : what.failure === 'unusable' ? 'yes' : 'no');
    this.retryAfterMs = what.retryAfterMs;
    this.code = what.code;
    this.status = what.status;
    this.expired = what.expired ?? false;
    this.canceled = what.canceled ?? false;
    this.saidAtMs = what.saidAtMs;
  }
}

/** How a store refused: what may be repeated is decided by `runner/retry.ts`. */
export type StorageFailure = 'unauthorized' | 'rejected' | 'rate-limited' | 'unavailable' | 'conflict';

/**
 * A store that did not take, give or delete something. Never holds the SDK's own error object (it may hold the secret).
 */
export class StorageError extends Error {
  readonly failure: StorageFailure;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, failure: StorageFailure, retryAfterMs?: number) {
    super(message);
    this.name = 'StorageError';
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}
