import { basename, dirname, join } from 'node:path';
import { makeThumbnail } from '../../images/thumbnail.ts';
import type { Image, Job } from '../../ledger/records.ts';
import type { AfterSave, AfterSaveParts } from './after.ts';

type Parts = Pick<AfterSaveParts, 'ledger' | 'tell' | 'trace' | 'clean'>;

/** Thumbnails of the jobs that want them. */
export function thumbnails(parts: Parts): AfterSave {
  return new Thumbnails(parts);
}

/** Makes thumbnails beside the pictures, one at a time and off the main thread. */
class Thumbnails implements AfterSave {
  readonly name = 'thumbnail';
  private readonly parts: Parts;
  private queue: Promise<void> = Promise.resolve();
  private told = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  saved(image: Image, job: Job): void {
    const { path } = image;
    if (job.settings.thumbnails && path !== null) this.queue = this.queue.then(() => this.make(image, path));
  }

  async finish(): Promise<void> {
    await this.queue;
  }

  private async make(image: Image, path: string): Promise<void> {
    const { ledger, tell, trace, clean } = this.parts;
    const target = join(dirname(path), 'thumbnails', `${basename(image.filename).replace(/\.[a-z]+$/, '')}.webp`);
    try {
      await makeThumbnail(path, target);
      ledger.images.thumbnail(image.id, target);
    } catch (error) {
      const message = clean((error as Error).message);
      trace('thumbnail-failed', { filename: image.filename, message });
      if (!this.told)
        tell({ event: 'notice', level: 'warn', message: `no thumbnail for ${image.filename}: ${message}` });
      this.told = true;
    }
  }
}
