/** What an emulated Replicate can be told. */
import type { Model } from './models.ts';

/** What can be set. */
export interface ReplicateOptions {
  /** The one token that is good; without it any is. */
  token?: string;
  /** Time in the queue before a prediction starts (and is charged), in ms. Default 0. */
  queueMs?: number;
  /** How long after its end a prediction's data lives, in ms. Default one hour. */
  expireMs?: number;
  /** Creates a minute, and how many may come at once. Default: no limit. */
  limit?: { perMinute: number; burst: number };
  /** What the account can pay for, in micro-dollars; then 402. Default: enough. */
  creditMicros?: number;
  /**
   * Refuses input fields that the model does not have; the real service drops them. Default true: it finds our
   * mistakes.
   */
  strict?: boolean;
  /** Predictions a page. Default 100. */
  pageSize?: number;
  /** Size of the pictures' files. Default: small. */
  pictureBytes?: number;
  /** More models than `MODELS`. */
  models?: readonly Model[];
  /** Models of the account that trainings may make versions of. Default `studio/lora`. */
  destinations?: readonly string[];
  /** How long a new prediction stays out of the list, in ms. Default 0. */
  listLagMs?: number;
}
