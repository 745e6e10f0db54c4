import type { Ledger } from '../ledger/ledger.ts';
import type { Stop } from './context.ts';

/**
 * Why a run stops whose ledger is not at its path any more; undefined while it is. What was committed since is written
 * beside it, if its folder is there.
 */
export function ledgerGone(ledger: Pick<Ledger, 'isThere' | 'saveCopy'>): Stop | undefined {
  if (ledger.isThere()) return undefined;
  const what = "the ledger's file was deleted, renamed or replaced during the run, so nothing more was asked for";
  const saved = 'pictures that were paid for are saved';
  try {
    const copy = ledger.saveCopy();
    return {
      reason: 'ledger',
      message: `${what}; ${saved}, and all that it said is in ${copy}: put that in its place`,
    };
  } catch {
    return { reason: 'ledger', message: `${what}; ${saved}, and if its folder was renamed, go on there` };
  }
}
