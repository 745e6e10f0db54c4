import { basename, dirname, join } from 'node:path';
import { makeThumbnail } from '../../images/thumbnail.ts';
import type { RunnerContext } from '../context.ts';

/** Makes thumbnails beside the pictures, one at a time and off the main thread, behind the run's back. */
export class Thumbnails {
  private readonly context: RunnerContext;
  private queue: Promise<void> = Promise.resolve();
  private told = false;

  constructor(context: RunnerContext) {
    this.context = context;
  }

  /** A shot's picture is finished. */
  add(shotId: number): void {
    this.queue = this.queue.then(() => this.make(shotId));
  }

  /** Waits for those that are still being made. */
  async finish(): Promise<void> {
    await this.queue;
  }

  private async make(shotId: number): Promise<void> {
    const image = this.context.ledger.images.ofShot(shotId);
    if (!image?.path) return;
    const target = join(dirname(image.path), 'thumbnails', `${basename(image.filename).replace(/\.[a-z]+$/, '')}.webp`);
    try {
      await makeThumbnail(image.path, target);
      this.context.ledger.images.thumbnail(image.id, target);
    } catch (error) {
      const message = this.context.clean((error as Error).message);
      this.context.trace('thumbnail-failed', { filename: image.filename, message });
      if (!this.told)
        this.context.signal({
          event: 'notice',
          level: 'warn',
          message: `no thumbnail for ${image.filename}: ${message}`,
        });
      this.told = true;
    }
  }
}
