/** What a user does, step by step: what is generated, and then said to a shell. */

/** Providers that a sequence may name. */
export type ProviderName = 'replicate' | 'openai' | 'local';

/** Caps in US dollars; undefined: not given. */
export interface GivenCaps {
  budget: number | undefined;
  maxImage: number | undefined;
  maxDay: number | undefined;
}

/** Where a process meets its end, or is asked to stop: at the n-th call of an operation, over all services. */
export interface Ending {
  signal: 'SIGKILL' | 'SIGINT';
  on: 'submit' | 'poll' | 'download';
  /** Before or after the service has done (and charged) it. */
  when: 'before' | 'after';
  nth: number;
}

/** What services do wrong while a command runs. */
export interface Trouble {
  at: 'replicate' | 'openai';
  what: 'lost answer' | 'broken answer' | 'refusal' | 'rate limit' | 'down' | 'cut download';
  times: number;
}

/** How it is agreed to: not at all, by `--yes`, or at a terminal. */
export type Agreement = 'none' | 'yes' | 'typed y' | 'typed n';

/** How a command that may pay is run. */
export interface Circumstances {
  caps: GivenCaps;
  agreement: Agreement;
  ending: Ending | undefined;
  troubles: Trouble[];
}

/** A command, or a change of the config. Jobs and pictures are counted through, modulo how many there are. */
export type Step =
  | (Circumstances & { do: 'create'; training: number; provider: ProviderName | undefined })
  | (Circumstances & { do: 'avatar'; count: number; provider: ProviderName | undefined })
  | (Circumstances & {
      do: 'pack';
      count: number;
      provider: ProviderName | undefined;
      /** Name of a job. */
      key: string | undefined;
      how: 'go on' | 'new' | 'dry run';
    })
  | (Circumstances & { do: 'reroll'; images: number[] })
  | (Circumstances & { do: 'resume'; job: number | undefined })
  | (Circumstances & { do: 'retry'; job: number | undefined; unknown: boolean })
  | { do: 'mark'; image: number; as: 'approve' | 'reject' | 'favorite' | 'clear' }
  | { do: 'use'; image: number }
  | { do: 'delete'; image: number }
  | { do: 'clean'; yes: boolean }
  | { do: 'cancel'; job: number }
  | { do: 'config'; provider: ProviderName; fallback: ProviderName[]; caps: GivenCaps; concurrency: number };
