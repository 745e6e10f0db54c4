/** An attempt on its way, and what a step makes of it: every step imports these. */
import type { SpareSpace } from '../images/spare-space.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Attempt, Image, Job, Lease, Shot } from '../ledger/records.ts';
import type { ImageRequest } from '../providers/provider.ts';
import type { AnswerFile } from './answer-file.ts';
import type { StagedPicture } from './picture.ts';
import type { Files, ReadyProvider, Reporter, RunnerOptions, StopSignals, Time } from './context.ts';
import type { Verdict } from './retry.ts';

/** An attempt that this process holds the lease of: freshly claimed, or taken over somewhere on its way. */
export interface OpenAttempt {
  readonly lease: Lease;
  readonly job: Job;
  readonly shot: Shot;
  /** As the ledger has it now. */
  readonly attempt: Attempt;
  readonly request: ImageRequest;
  readonly ready: ReadyProvider;
  /** Where its answer goes. */
  readonly file: AnswerFile;
  /** Set while nobody knows whether the request was accepted: it is looked up before anything else. */
  readonly doubt?:
    | {
        why: string;
        sender: 'another process' | 'this process';
        /** The provider said so. */ arrived?: true;
        unrecorded?: true;
      }
    | undefined;
  /** Where the picture is, when the address can't be kept in the ledger (a key in it): known to this process only. */
  readonly unkeptUrl?: string | undefined;
  /** It was looked up, found absent and sent a second time with the same key. */
  readonly resent: boolean;
  /** What this process has just staged, where it was looked at on its way to the disk. */
  readonly picture?: StagedPicture | undefined;
  /** Its name, where that was committed with it. */
  readonly named?: Image | undefined;
  /** How many providers can make the shot, this one included: at least one. */
  readonly providers: () => number;
  /** Called when the provider has done its part and the ledger knows: its place can be given to the next shot. */
  readonly onAnswered: () => void;
}

/** How the work on an attempt ended. */
export type AttemptEnd =
  | { kind: 'done'; image: Image }
  /** The lease belongs to another process now. */
  | { kind: 'lease-lost' }
  /** Let go with its money safe: at work at the provider, or paid and still to be fetched. */
  | { kind: 'released'; why: string; asPlanned?: boolean | undefined }
  /** Never sent. */
  | { kind: 'unsent' }
  /** Recorded as failed. With a verdict `parked` the run must stop asking, with the provider's message. */
  | {
      kind: 'failed';
      verdict: Verdict;
      message: string;
      /** Paid or perhaps paid, and what came is no picture. */ paidInVain: boolean;
    };

/** Tells a message once a run; a warning unless told otherwise. */
export type TellOnce = (message: string, level?: 'info' | 'warn') => void;

/** What a step leads to: the attempt in its next state, committed, or its end. */
export type Step = { open: OpenAttempt } | { end: AttemptEnd };

/** What the steps of an attempt need. */
export interface AttemptContext
  extends
    Time,
    Reporter,
    StopSignals,
    Pick<Files, 'download' | 'imageName' | 'outputs'>,
    Pick<RunnerOptions, 'collectOnly'> {
  ledger: Pick<Ledger, 'attempts' | 'images' | 'atOnce' | 'jobs' | 'folder' | 'isThere'>;
  /** Names of providers whose pictures are drawings; default none. */
  drawing?: ReadonlySet<string>;
  /** Set aside for the pictures of this run. */
  space: SpareSpace;
  /** A warning, once a run. */
  warnOnce: TellOnce;
}

/** True when the attempt was sent with another key or to another address than now: perhaps to another account. */
export function isForeign({ attempt, ready }: Pick<OpenAttempt, 'attempt' | 'ready'>): boolean {
  return attempt.account !== ready.scope;
}

/** Why nothing is concluded from what another account does not know. */
export const FOREIGN = 'it was sent with another key or to another address, so this one can not tell';
