/** Types only. */
/** What the ledger of a job says, to be held against what the service was sent. */
export interface LedgerSays {
  /** When the job began (epoch ms, our clock). */
  sinceMs: number;
  /** Of shots that are still to be sent. */
  prompts: readonly string[];
  /** True for remote ids that the ledger knows. */
  isKnown: (remoteId: string) => boolean;
}
