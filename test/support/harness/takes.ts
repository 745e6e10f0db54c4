/** What must hold of other takes, whatever happened to the processes. Reads the ledger itself. */
import Sqlite from 'better-sqlite3';

interface Made {
  root: number;
  shot: string;
  isTake: number;
  supersededBy: number | null;
  score: number | null;
}

const MADE = `SELECT COALESCE(s.take_of, s.id) root, s.name shot, s.take_of IS NOT NULL isTake,
  i.superseded_by supersededBy,
  (SELECT c.score FROM scores c WHERE c.image_id = i.id ORDER BY c.at_ms DESC LIMIT 1) score
  FROM images i JOIN shots s ON s.id = i.shot_id WHERE i.state = 'stored' ORDER BY i.id`;

/** What was agreed to of takes. */
export interface AgreedTakes {
  rerolls: number;
  minConsistency: number;
}

/**
 * How many takes there are, and what is wrong: each picture has at most as many as were agreed to, and none that is
 * good enough has one; every picture was compared, and of a picture and its takes the most alike counts, alone.
 */
export function takeProblems(
  ledger: string,
  { rerolls, minConsistency }: AgreedTakes,
): { takes: number; problems: string[] } {
  const db = new Sqlite(ledger, { readonly: true, fileMustExist: true });
  try {
    const problems: string[] = [];
    const over = db
      .prepare('SELECT take_of root, COUNT(*) n FROM shots WHERE take_of IS NOT NULL GROUP BY take_of HAVING n > ?')
      .all(rerolls) as { root: number; n: number }[];
    problems.push(...over.map(({ root, n }) => `shot ${root} has ${n} takes where ${rerolls} were agreed to`));
    const all = db.prepare(MADE).all() as Made[];
    for (const root of new Set(all.map((one) => one.root))) {
      const made = all.filter((one) => one.root === root);
      problems.push(...made.filter(({ score }) => score === null).map(({ shot }) => `${shot} was never compared`));
      const counting = made.filter(({ supersededBy }) => supersededBy === null);
      const best = Math.max(...made.map(({ score }) => score ?? 0));
      if (counting.length !== 1) problems.push(`of shot ${root} and its takes ${counting.length} pictures count`);
      else if ((counting[0]?.score ?? 0) < best) problems.push(`of shot ${root} another take than the best counts`);
      const first = made.find(({ isTake }) => isTake === 0)?.score ?? 0;
      if (made.length > 1 && first >= minConsistency) problems.push(`shot ${root} was good and was made again`);
    }
    return { takes: all.filter(({ isTake }) => isTake === 1).length, problems };
  } finally {
    db.close();
  }
}
