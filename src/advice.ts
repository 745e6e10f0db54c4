/**
 * What can be done about a refusal or a notice, in plain data. The library's own words stand beside it and are complete
 * without it; the command line names its flags and commands for it (`terminal/advice.ts`). Imports nothing.
 */
export type Advice =
  /** Say yes when `confirm` asks. */
  | { code: 'agree-to-delete' }
  /** Say yes when `confirm` asks before a training. */
  | { code: 'agree-to-train' }
  /** Train with another provider. */
  | { code: 'choose-trainer'; provider: string }
  /** Say yes when `confirm` asks whether a drawing goes to a model of photographs. */
  | { code: 'agree-to-drawing' }
  /** Make the pictures without the character's LoRA. */
  | { code: 'leave-lora-out' }
  /** Raise a cap to at least `enoughUsd`, or, where `someFit`, agree to as many pictures as fit under it. */
  | { code: 'raise-cap'; cap: 'image' | 'run' | 'day'; someFit: boolean; enoughUsd: number }
  /** State the price of a picture, or allow an unknown one. */
  | { code: 'state-price' }
  /** Give the character another name, or lock it anew. */
  | { code: 'relock' }
  /** Go on with the numbers of this disk, or without uploads. */
  | { code: 'accept-unread-store' }
  /** Go on with a ledger that may be older than the pictures. */
  | { code: 'trust-ledger' }
  /** Start another job although an identical one is unfinished. */
  | { code: 'start-another-job' }
  /** Ask for another job on purpose. */
  | { code: 'new-job' }
  /** Make other takes of what is there. */
  | { code: 'reroll' }
  /** Look at the pictures there are; a key names a job that is not made twice. */
  | { code: 'see-pictures'; characterId: string }
  /** Choose a picture as the face. */
  | { code: 'use-image' }
  /** Make the avatar first. */
  | { code: 'make-avatar' }
  /** Go on with unfinished jobs, or agree that what is not collected is given up. */
  | { code: 'collect-or-give-up' }
  /** Go on with this job. */
  | { code: 'resume-job'; jobId: string }
  /** Go on with the job when its batch has ended. */
  | { code: 'collect-batch'; jobId: string }
  /** Take up a canceled job again. */
  | { code: 'retry'; jobId: string }
  /** Pay again for what was perhaps charged. */
  | { code: 'retry-unknown'; jobId: string }
  /** Go on with the job, better with another model. */
  | { code: 'another-model'; jobId: string }
  /** Choose another model in a new job, or agree to pay for more of a job whose last answers are no pictures. */
  | { code: 'pay-in-vain' }
  /** Pay again for what was paid and brought no picture. */
  | { code: 'retry-paid'; jobId: string }
  /** Wait for the job that runs, or cancel it. */
  | { code: 'cancel-job' }
  /** Look up what there is. */
  | { code: 'list-jobs' | 'list-pictures' | 'list-providers' | 'list-models' }
  /** Try the avatar again, which `avatarJobId` was to make, or agree to pictures without the face. */
  | { code: 'without-face'; jobId: string; avatarJobId: string }
  /** Say what an edit is to change, or name a model that takes no prompt. */
  | { code: 'give-prompt'; image: string }
  /** Have this model work on a picture that is there. */
  | { code: 'edit-with'; provider: string; model: string }
  /** Make an avatar with this provider. */
  | { code: 'make-avatar-with'; provider: string }
  /** Make the first pictures, or name the right ledger. */
  | { code: 'make-first' }
  /** Register the character of the config. */
  | { code: 'create-character' }
  /** Write a config to start from; `replace`: over the one that is there. */
  | { code: 'write-config'; replace?: boolean }
  /** Write a config, or name another one. */
  | { code: 'choose-config' }
  /** Take another place. */
  | { code: 'choose-ledger' | 'choose-output' | 'choose-page' | 'choose-export' }
  /** Approve pictures. */
  | { code: 'approve'; characterId: string }
  /** Take a store, or none. */
  | { code: 'choose-store' | 'leave-store-out' }
  /** Take a provider that needs no key. */
  | { code: 'choose-keyless-provider' }
  /** Start a new ledger and adopt what the store holds. */
  | { code: 'adopt' }
  /** Ask as the owner, or as the administrator. */
  | { code: 'ask-as-administrator' };
