/** Trainings in a ledger, without a service: jobs, and the LoRAs that they end with. */
import { join } from 'node:path';
import type { Claimed } from '../../src/ledger/lease.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { NewLora } from '../../src/ledger/loras.ts';
import type { Job, JobSettings, Lora } from '../../src/ledger/records.ts';
import { makeJob, plannedShot } from './jobs.ts';

/** Puts a training of Mira into the ledger. @param more of the provider, for example. */
export function makeTraining(ledger: Ledger, output: string, more: Partial<JobSettings> = {}): Job {
  const training = {
    zip: join(output, 'mira', 'lora', 'set.zip'),
    zipSha256: 'b'.repeat(64),
    images: 10,
    trigger: 'm1r4',
    className: 'woman',
    steps: 1_000,
  };
  const settings = { provider: 'fal', model: 'fal-ai/flux-lora-fast-training', training, ...more };
  return makeJob(ledger, output, { kind: 'train', shots: [plannedShot('train', 'train')], settings });
}

/** Weights that are about to get their name. */
export function newLora(output: string, more: Partial<NewLora> = {}): NewLora {
  const filename = 'mira_lora_1.safetensors';
  return {
    madeWith: ['fal-ai/flux-lora'],
    trigger: 'm1r4',
    className: 'woman',
    steps: 1_000,
    images: 10,
    version: null,
    filename,
    path: join(output, 'mira', 'lora', filename),
    sha256: 'c'.repeat(64),
    sizeBytes: 1_000,
    ...more,
  };
}

/** From the claim of a training to its LoRA. The file itself is not written. */
export function finishTraining(ledger: Ledger, { lease, attempt }: Claimed, lora: NewLora): Lora {
  ledger.attempts.accepted(lease, `r-${attempt.key}`);
  const url = `https://files.test/${lora.filename}`;
  ledger.attempts.generated(lease, { url, seedHonored: 'no' }, 'fal:k');
  return ledger.loras.done(lease, ledger.loras.name(lease, lora).id);
}
