import { StorageError } from '../../errors.ts';
import { hashFile } from '../../images/hash.ts';
import type { Image } from '../../ledger/records.ts';
import type { Storage, Stored } from '../../storage/storage.ts';
import type { Stop } from '../context.ts';
import { decideUpload } from '../retry.ts';
import type { AfterSave, AfterSaveParts } from './after.ts';
import { assetOf } from './asset.ts';

/** How long to wait at most before looking again: for pictures of a process that has ended, or of another one's. */
const IDLE_MS = 500;
/** The same, when no more pictures come: the last tries of others are about to end. */
const FINISHING_MS = 20;
/** A pause longer than this is told. */
const NOTICED_MS = 10_000;

/** Uploads of the run's jobs, store by store: one that is slow or refuses our key keeps no other from its own. */
export function uploads(parts: AfterSaveParts): AfterSave[] {
  return [...parts.stores].map(([name, storage]) => new Uploads(parts, name, storage));
}

/**
 * Beside generation and with tries of their own: pictures that are safe on disk go to the store.
 * A failing store never buys a picture twice.
 */
class Uploads implements AfterSave {
  readonly name = 'upload';
  /** Set when the store refuses our key: the rest waits for `imggen resume`. */
  stop: Stop | undefined;
  private readonly parts: AfterSaveParts;
  /** The name that the ledger has for it. */
  private readonly store: string;
  private readonly storage: Storage;
  private readonly inFlight = new Set<Promise<void>>();
  private running: Promise<void> | undefined;
  private failure: unknown;
  private finishing = false;
  private pausedUntilMs = 0;
  private wake: () => void = () => {};

  constructor(parts: AfterSaveParts, store: string, storage: Storage) {
    this.parts = parts;
    this.store = store;
    this.storage = storage;
  }

  start(): void {
    this.running ??= this.run().catch(async (error: unknown) => {
      this.failure ??= error;
      await Promise.all(this.inFlight);
    });
  }

  saved(): void {
    this.wake();
  }

  async finish(): Promise<void> {
    this.start();
    this.finishing = true;
    this.wake();
    await this.running;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Uploads until told to finish and done, stopped or drained. */
  private async run(): Promise<void> {
    const { ledger, jobIds, drain, elapsed } = this.parts;
    while (!drain.aborted && !this.stop && this.failure === undefined) {
      if (this.inFlight.size >= this.storage.concurrency) {
        await Promise.race(this.inFlight);
        continue;
      }
      const image = elapsed() >= this.pausedUntilMs ? ledger.uploads.claim(jobIds, this.store) : undefined;
      if (image) {
        this.begin(image);
        continue;
      }
      if (this.finishing && this.inFlight.size === 0 && ledger.uploads.pending(jobIds, this.store).count === 0) return;
      await this.idle();
    }
    await Promise.all(this.inFlight);
  }

  /** Waits until a picture is saved, an upload ends, or the next may be tried. */
  private async idle(): Promise<void> {
    const { ledger, jobIds, drain, now, elapsed, sleep } = this.parts;
    const nextMs = Math.max(
      this.pausedUntilMs - elapsed(),
      (ledger.uploads.pending(jobIds, this.store).nextMs ?? 0) - now(),
    );
    const waitMs = nextMs > 0 ? Math.min(nextMs, IDLE_MS) : this.finishing ? FINISHING_MS : IDLE_MS;
    const woken = new AbortController();
    this.wake = () => woken.abort('woken');
    await Promise.race([sleep(waitMs, AbortSignal.any([drain, woken.signal])), ...this.inFlight]);
    woken.abort('over');
  }

  private begin(image: Image): void {
    const task: Promise<void> = this.upload(image)
      .catch((error: unknown) => this.broke(image, error))
      .finally(() => this.inFlight.delete(task));
    this.inFlight.add(task);
  }

  /** The ledger can't be written: nothing more is begun, and a later run looks at the picture again. */
  private broke(image: Image, error: unknown): void {
    this.failure ??= error;
    try {
      this.parts.ledger.uploads.release(image);
    } catch {
      // It is free when this process has ended.
    }
  }

  private async upload(image: Image): Promise<void> {
    const { ledger, trace, tell, abort } = this.parts;
    if (image.jobId !== null)
      tell({ event: 'shot_phase', job_id: String(image.jobId), shot: image.shot, phase: 'uploading' });
    let done: Parameters<typeof ledger.uploads.done>[1];
    try {
      const md5 = await md5Of(image);
      const stored: Stored = await this.storage.put(assetOf(image, md5), abort);
      trace('uploaded', { filename: image.filename, key: stored.key });
      const address = await this.storage.urlOf(stored, 'picture', abort);
      if (!address) throw new StorageError('it was uploaded, and has no address', 'unavailable');
      const { key, url, thumbnailUrl } = stored;
      done = { key, details: { url, thumbnailUrl }, url: address.url, md5 };
    } catch (error) {
      if (abort.aborted) ledger.uploads.release(image);
      else this.failed(image, error);
      return;
    }
    // What fails here is the ledger, not the store.
    ledger.uploads.done(image, done);
    trace('upload-recorded', { filename: image.filename });
  }

  private failed(image: Image, error: unknown): void {
    const { ledger, now, random, clean, trace, tell } = this.parts;
    const known =
      error instanceof StorageError
        ? error
        : new StorageError(error instanceof Error ? error.message : String(error), 'rejected');
    const message = clean(known.message);
    const verdict = decideUpload({
      failure: known.failure,
      tries: image.upload?.tries ?? 1,
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
    tell({ event: 'notice', level: 'warn', message: `${image.filename} is on disk but not uploaded: ${message}` });
  }

  /** The store asks everybody to wait: said once, for a wait that people notice. */
  private pause(waitMs: number, message: string): void {
    const { elapsed, tell } = this.parts;
    if (waitMs > NOTICED_MS && elapsed() >= this.pausedUntilMs)
      tell({ event: 'notice', level: 'warn', message: `uploads wait ${Math.ceil(waitMs / 1000)} s: ${message}` });
    this.pausedUntilMs = Math.max(this.pausedUntilMs, elapsed() + waitMs);
  }
}

/**
 * The MD5 of a picture that is still what was made. @throws {StorageError} `rejected` when it is gone or was changed.
 */
async function md5Of(image: Image): Promise<string> {
  const sums = await hashFile(image.path ?? '').catch(() => undefined);
  if (sums === undefined) throw new StorageError('its file is gone', 'rejected');
  if (sums.sha256 !== image.sha256) throw new StorageError('its file was changed since it was made', 'rejected');
  return sums.md5;
}
