import { openAsBlob } from 'node:fs';
import { ProviderError } from '../errors.ts';
import { hashFile } from '../images/hash.ts';
import type { Training } from './trainer.ts';

/**
 * The zip of a training as it is sent: the one that was agreed to, read from the disk while it goes.
 * @throws {ProviderError} `rejected` when it is gone, or was changed since.
 */
export async function trainingFile({ zip, zipSha256 }: Pick<Training, 'zip' | 'zipSha256'>): Promise<File> {
  const sums = await hashFile(zip).catch(() => undefined);
  if (sums?.sha256 !== zipSha256) {
    const what = sums ? 'was changed since it was agreed to' : 'is gone';
    throw new ProviderError(`the training set ${what}, so it was not sent; train again to make it: ${zip}`, {
      failure: 'rejected',
      charged: 'no',
    });
  }
  return new File([await openAsBlob(zip)], 'training.zip', { type: 'application/zip' });
}
