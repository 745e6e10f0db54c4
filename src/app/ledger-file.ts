import { statSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { Listener } from '../events.ts';
import { Ledger, type LedgerOptions } from '../ledger/ledger.ts';

/** The ledger of a project: opened when it is first needed, so that a plan and bad input write nothing. */
export class LedgerFile {
  /** Absolute path. */
  readonly path: string;
  readonly #how: Pick<LedgerOptions, 'now' | 'onBusy'>;
  readonly #listeners = new Set<Listener>();
  #ledger: Ledger | undefined;
  #closed = false;

  constructor(path: string, how: Pick<LedgerOptions, 'now' | 'onBusy'>) {
    this.path = path;
    this.#how = how;
  }

  /** False while nothing was ever written. */
  get exists(): boolean {
    return this.#ledger !== undefined || mayBeThere(this.path);
  }

  /**
   * Opens the ledger, and makes it where there is none.
   * @throws {UserError} when the file can't be used, Error after `close`.
   */
  open(): Ledger {
    if (this.#closed) throw new Error('this ImgGen was closed: open another');
    if (this.#ledger === undefined) {
      this.#ledger = new Ledger({ file: this.path, ...this.#how });
      this.#ledger.listen((event) => {
        for (const listener of this.#listeners) listener(event);
      });
    }
    return this.#ledger;
  }

  /** Opens the ledger of a query. @throws {UserError} when there is none: an empty answer would not be true. */
  openExisting(): Ledger {
    if (this.exists) return this.open();
    throw new UserError(`there is no ledger at ${this.path}`, {
      hint: 'make something first, or name the right one',
      advice: { code: 'make-first' },
    });
  }

  /** Hands every committed event to a listener until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    this.#ledger?.close();
    this.#ledger = undefined;
  }
}

/** Also true where that can't be seen: opening says why. */
function mayBeThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as { code?: string }).code === 'EACCES';
  }
}
