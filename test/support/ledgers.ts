/** A ledger for tests: its own clock, its own idea of who is alive, and what a claim needs. */
import { join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { None } from '../../src/ledger/candidates.ts';
import type { ClaimResult } from '../../src/ledger/claims.ts';
import type { Claimed, Route } from '../../src/ledger/lease.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Caps } from '../../src/ledger/records.ts';
import { openDatabase } from '../../src/ledger/open.ts';
import { newFolder, removeFolder } from './jobs.ts';

/** How a test claims. */
interface ClaimWish {
  caps?: Caps;
  route?: Partial<Route>;
}

/** Several connections to one ledger, at one moment; the processes of some have ended. */
export class Ledgers {
  readonly folder = newFolder('ledger');
  readonly file = join(this.folder, 'ledger.db');
  readonly db: Sqlite.Database = openDatabase(this.file);
  nowMs = Date.UTC(2026, 4, 4, 12);
  readonly ended = new Set<string>();
  private keys = 0;

  /** A connection under this owner id. Its connection is its own. */
  connection(owner: string, more: Partial<ConstructorParameters<typeof Ledger>[0]> = {}): Ledger {
    return new Ledger({
      file: this.file,
      now: () => this.nowMs,
      liveness: { owner, isRunning: (id) => !this.ended.has(id), close: () => {} },
      ...more,
    });
  }

  /** One way to make any shot. */
  route(more: Partial<Route> = {}): Route {
    this.keys += 1;
    return {
      provider: 'paper',
      model: 'paper-1',
      scope: 'paper:k',
      intervalMs: 0,
      worstMicros: 50,
      expectedMicros: 40,
      attemptKey: `k${this.keys}`,
      request: { width: 16, height: 16, references: [] },
      ...more,
    };
  }

  /** Claims the next shot of these jobs; with caps, the jobs get these first. */
  claim(ledger: Ledger, jobIds: readonly number[], more: ClaimWish = {}): ClaimResult | None {
    if (more.caps) for (const jobId of jobIds) ledger.jobs.change(jobId, { caps: more.caps });
    const asked = new Set(jobIds);
    let last: ClaimResult | None = { kind: 'none' };
    while (asked.size > 0) {
      const candidate = ledger.claims.candidate([...asked]);
      if (candidate.kind !== 'candidate') return last.kind === 'none' ? candidate : last;
      const result = ledger.claims.claim(candidate, [this.route(more.route)]);
      if (result.kind === 'claimed') return result;
      if (result.kind === 'changed') continue;
      last = result;
      asked.delete(candidate.job.id);
    }
    return last;
  }

  /** Claims, or fails the test. */
  claimed(ledger: Ledger, jobIds: readonly number[], more: ClaimWish = {}): Claimed {
    const claim = this.claim(ledger, jobIds, more);
    if (claim.kind !== 'claimed') throw new Error(`not claimed: ${JSON.stringify(claim)}`);
    return claim;
  }

  /** One number out of the database. */
  count(sql: string): number {
    return Number(this.db.prepare(sql).pluck().get());
  }

  /** What is in the tables that claims and steps write. */
  dump(): string {
    return JSON.stringify(
      ['jobs', 'shots', 'attempts', 'reservations', 'images', 'totals', 'limits', 'events'].map((table) =>
        this.db.prepare(`SELECT * FROM ${table}`).all(),
      ),
    );
  }

  close(): void {
    this.db.close();
    removeFolder(this.folder);
  }
}

/** Ledgers that are closed after the test. */
export function openLedgers(): Ledgers {
  const ledgers = new Ledgers();
  onTestFinished(() => ledgers.close());
  return ledgers;
}

/** A picture that is about to be named. */
export function newImage(sha256 = 'a'.repeat(64)) {
  return { sha256, sizeBytes: 10, width: 16, height: 16, format: 'png', extension: 'png' };
}

/** Where Mira's pictures go. */
export const PLACE = {
  nameOf: (n: number) => `mira_image_${String(n).padStart(5, '0')}.png`,
  pathOf: (name: string) => `/pictures/${name}`,
};

/** From a claim to a finished picture. */
export function finish(ledger: Ledger, claim: Claimed, sha256 = `${claim.lease.shotId}`) {
  ledger.attempts.accepted(claim.lease, `r-${claim.attempt.key}`);
  ledger.attempts.generated(claim.lease, { url: 'u', seedHonored: 'yes' }, 'paper:k');
  const row = ledger.images.named(claim.lease, newImage(sha256), PLACE);
  return ledger.images.done(claim.lease, row.id, `file://${row.path}`);
}
