/**
 * The ledger's layout, as a list of migrations; `user_version` counts those that were applied. Money is integer
 * micro-dollars, moments are epoch milliseconds of the writer's clock, JSON is text.
 */
import { createHash } from 'node:crypto';
import { IMAGE_TABLES } from './tables/images.ts';
import { LOG_TABLES } from './tables/log.ts';
import { LORA_TABLES } from './tables/loras.ts';
import { MONEY_TABLES } from './tables/money.ts';
import { WORK_TABLES } from './tables/work.ts';

/** From the first release on this list is only appended to: a migration that was released is never edited. */
export const MIGRATIONS: readonly string[] = [WORK_TABLES + IMAGE_TABLES + MONEY_TABLES + LOG_TABLES, LORA_TABLES];

/**
 * Marks a SQLite file as a ledger of imggen: `Im`, and 16 bits of the first layout. So a ledger of a build before the
 * first release, whose layout was another, is told by its mark; afterwards the first layout never changes.
 */
export const APPLICATION_ID =
  0x496d0000 +
  createHash('sha256')
    .update(MIGRATIONS[0] ?? '')
    .digest()
    .readUInt16BE(0);
