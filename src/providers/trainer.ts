/**
 * The trainer contract: how a service makes a LoRA from a set of pictures. A training takes the steps of any paid
 * request, so a trainer is a `Provider` for each training, with the same obligations; what it generates is the address
 * of the weights.
 */
import type { Capabilities, Price } from './capabilities.ts';

/** What one training is made of. */
export interface Training {
  /** Absolute path of the zip with pictures and captions. It is read when it is sent. */
  zip: string;
  /** In hex: a file with other content by then is not sent. */
  zipSha256: string;
  trigger: string;
  steps: number;
  /** The model at the service that gets a new version, `owner/name`, where the trainer needs one. */
  destination?: string | undefined;
}

/** How many steps a training may have; `usual` when nobody says. */
export interface StepLimits {
  min: number;
  max: number;
  usual: number;
}

/** A trainer of a service. @template Asked the service as it is asked for one training: a `Provider`. */
export interface Trainer<Asked> {
  /** Its id at the service. */
  readonly model: string;
  readonly steps: StepLimits;
  /** Models of the service that take the weights. */
  readonly madeWith: readonly string[];
  /** The zip format of `imggen export` that it takes. */
  readonly format: 'fal' | 'replicate';
  /** The largest zip that can be sent, in bytes. */
  readonly zipMaxBytes: number;
  /** So many bytes are set aside for the weights before the request is paid. */
  readonly weightsBytes: number;
  /** How long a run waits for a training, in milliseconds: a later one goes on with it. */
  readonly waitMs: number;
  /** How a destination is made, a sentence, where a training needs one; undefined: it takes none. */
  readonly destinationHelp?: string;
  /** What such a training costs. Pure. */
  price(steps: number): Price;
  /** A sentence where the worst case is no bound: what it really costs, nobody can say beforehand. */
  readonly priceNote?: string;
  /**
   * The service as it is asked for one training. `submit` sends the zip and then at most one paid request; it never
   * sends one zip's address for two attempts. `Generated.usage` holds `version` where the service makes one.
   */
  asked(training: Training): Asked;
}

/** What the contract of pictures asks, said of weights. */
export const OF_WEIGHTS: Capabilities = {
  seed: 'none',
  referencesMax: 0,
  keepsFace: 'none',
  sizes: { kind: 'any' },
  qualities: [],
  negativePrompt: false,
  cancel: true,
  reattach: true,
};

/** Usual for `waitMs`: trainings take minutes, and wait in a queue before. */
export const TRAINING_WAIT_MS = 7_200_000;
