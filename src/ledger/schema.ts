/**
 * The ledger's layout, as a list of migrations; `user_version` counts those that were applied. Money is integer
 * micro-dollars, moments are epoch milliseconds of the writer's clock, JSON is text.
 */
import { IMAGE_TABLES } from './tables/images.ts';
import { LOG_TABLES } from './tables/log.ts';
import { MONEY_TABLES } from './tables/money.ts';
import { WORK_TABLES } from './tables/work.ts';

/** Marks a SQLite file as a ledger of imggen: `ImgG`. */
export const APPLICATION_ID = 0x496d6747;

/** From the first release on this list is only appended to: a migration that was released is never edited. */
export const MIGRATIONS: readonly string[] = [WORK_TABLES + IMAGE_TABLES + MONEY_TABLES + LOG_TABLES];
