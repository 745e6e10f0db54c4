import { createHash } from 'node:crypto';
import { StorageError } from '../../errors.ts';
import { hashFile } from '../../images/hash.ts';
import type { Image } from '../../ledger/records.ts';
import type { Asset, Storage, Stored } from '../../storage/storage.ts';
import type { RunnerContext, RunOptions, Stop } from '../context.ts';
import { decideUpload } from '../retry.ts';

/** How long to sleep at most when nothing can be uploaded now. */
const IDLE_MS = 500;
/** A pause longer than this is told of. */
const NOTICED_MS = 10_000;

/**
 * The second step, beside generation and with its own patience: pictures that are safe on disk go to the store.
 * A failing store never buys a picture twice.
 */
export class Uploader {
  private readonly context: RunnerContext;
  private readonly options: RunOptions;
  private readonly storage: Storage;
  private readonly inFlight = new Set<Promise<void>>();
  private finishing = false;
  private pausedUntilMs = 0;
  /** Set when the store refuses our key: the rest waits for `imggen resume`. */
  stop: Stop | undefined;

  constructor(context: RunnerContext, options: RunOptions, storage: Storage) {
    this.context = context;
    this.options = options;
    this.storage = storage;
  }

  /** No more pictures will come: `run` ends when all are uploaded or given up. */
  finish(): void {
    this.finishing = true;
  }

  /** Uploads until told to finish and done, stopped or drained. */
  async run(): Promise<void> {
    while (!this.options.drain.aborted && !this.stop) {
      if (this.inFlight.size >= this.context.uploadConcurrency) {
        await Promise.race(this.inFlight);
        continue;
      }
      const image =
        this.context.now() >= this.pausedUntilMs ? this.context.ledger.uploads.claim(this.options.jobIds) : undefined;
      if (image) {
        this.start(image);
        continue;
      }
      if (
        this.finishing &&
        this.inFlight.size === 0 &&
        this.context.ledger.uploads.pending(this.options.jobIds).count === 0
      )
        return;
      await this.idle();
    }
    await Promise.all(this.inFlight);
  }

  private async idle(): Promise<void> {
    const now = this.context.now();
    const next = Math.max(this.pausedUntilMs, this.context.ledger.uploads.pending(this.options.jobIds).nextMs ?? 0);
    const wait = next > now ? Math.min(next - now, IDLE_MS) : this.finishing ? 20 : 100;
    const woken = this.context.sleep(wait, this.options.drain);
    await (this.inFlight.size > 0 ? Promise.race([woken, ...this.inFlight]) : woken);
  }

  private start(image: Image): void {
    const task: Promise<void> = this.upload(image).finally(() => this.inFlight.delete(task));
    this.inFlight.add(task);
  }

  private async upload(image: Image): Promise<void> {
    const { ledger, trace } = this.context;
    if (image.jobId !== null) {
      this.context.signal({ event: 'shot_phase', job_id: String(image.jobId), shot: image.shot, phase: 'uploading' });
    }
    try {
      const md5 = await sumOf(image);
      const stored: Stored = await this.storage.put(assetOf(image, md5), this.options.abort);
      trace('uploaded', { filename: image.filename, publicId: stored.publicId });
      ledger.uploads.done(image, { ...stored, md5 });
      trace('upload-recorded', { filename: image.filename });
    } catch (error) {
      if (this.options.abort.aborted) ledger.uploads.release(image);
      else this.failed(image, error);
    }
  }

  /** The store asks everybody to wait: said once, for a wait that people notice. */
  private pause(waitMs: number, message: string): void {
    const { now, signal } = this.context;
    if (waitMs > NOTICED_MS && now() >= this.pausedUntilMs) {
      signal({ event: 'notice', level: 'warn', message: `uploads wait ${Math.ceil(waitMs / 1000)} s: ${message}` });
    }
    this.pausedUntilMs = Math.max(this.pausedUntilMs, now() + waitMs);
  }

  private failed(image: Image, error: unknown): void {
    const { ledger, now, random, clean, trace, signal } = this.context;
    const known =
      error instanceof StorageError
        ? error
        : new StorageError(error instanceof Error ? error.message : String(error), 'rejected');
    const message = clean(known.message);
    const verdict = decideUpload({
      failure: known.failure,
      tries: image.uploadTries,
      retryAfterMs: known.retryAfterMs,
      random: random(),
    });
    trace('upload-failed', { filename: image.filename, failure: known.failure, message, again: verdict.again });
    if (verdict.again) {
      if (!verdict.counts) this.pause(verdict.waitMs, message);
      ledger.uploads.again(image, { message, notBeforeMs: now() + verdict.waitMs, counts: verdict.counts });
      return;
    }
    if (known.failure === 'unauthorized') {
      ledger.uploads.again(image, { message, notBeforeMs: now(), counts: false });
      this.stop ??= { reason: 'auth', message };
      return;
    }
    ledger.uploads.givenUp(image, message);
    signal({ event: 'notice', level: 'warn', message: `${image.filename} is on disk but not uploaded: ${message}` });
  }
}

/** The MD5 of a picture that is still what was made. @throws {StorageError} `rejected` when it is gone or was changed. */
async function sumOf(image: Image): Promise<string> {
  const sums = await hashFile(image.path ?? '').catch(() => undefined);
  if (sums === undefined) throw new StorageError('its file is gone', 'rejected');
  if (sums.sha256 !== image.sha256) throw new StorageError('its file was changed since it was made', 'rejected');
  return sums.md5;
}

/** What is sent along with a picture: enough for another ledger to take it over (`imggen adopt`). */
function assetOf(image: Image, md5: string): Asset {
  const name = image.filename.replace(/\.[a-z]+$/, '');
  return {
    path: image.path ?? '',
    characterId: image.characterId,
    name,
    sha256: image.sha256,
    md5,
    sizeBytes: image.sizeBytes,
    tags: ['imggen', image.characterId, image.kind, image.model],
    context: {
      character: image.characterId,
      shot: image.shot,
      kind: image.kind,
      number: String(image.number),
      provider: image.provider,
      model: image.model,
      seed: String(image.seed),
      seed_honoured: image.seedHonoured,
      prompt_sha256: createHash('sha256').update(image.prompt).digest('hex'),
      cost_micros: String(image.costMicros),
      // A list of Cloudinary's tells no etag.
      md5,
      sha256: image.sha256,
    },
  };
}
