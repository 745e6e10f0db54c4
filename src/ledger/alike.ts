/** Shots of a job, put together by what they are made with. */
import type { ShotKind, ShotSettings } from '../shot.ts';
import type { Connection } from './connection.ts';
import { PAID } from './paid-in-vain.ts';
import type { Shot } from './records.ts';
import { absoluteShotSettings } from './settings.ts';

/** Shots that are made in the same way. */
export interface AlikeShots {
  /** What they have in place of their job's settings. */
  own: ShotSettings;
  shots: number;
  /** Default: `gallery`. */
  kind?: ShotKind | undefined;
  /** Of their longest prompt. */
  promptChars: number;
  /** What each of them has cost already, or perhaps cost; default nothing. */
  spentMicros?: number;
}

/** Which shots of a job are meant. */
export interface WhichShots {
  /** Without ended ones that were paid, or perhaps paid. */
  unpaid?: boolean | undefined;
  /** Without these, by id. */
  except?: readonly number[] | undefined;
  /** Without those that wait for one of these shots, or for a shot of these jobs. */
  notBehind?: { shots: readonly number[]; jobs: readonly number[] } | undefined;
}

const BEHIND = `EXISTS (SELECT 1 FROM shots a WHERE a.id = shots.after_shot
  AND (a.id IN (SELECT value FROM json_each(?)) OR a.job_id IN (SELECT value FROM json_each(?))))`;

/** What a row of `shots` has cost; one that was never claimed, nothing. */
const SPENT = `CASE token WHEN 0 THEN 0 ELSE
  (SELECT COALESCE(SUM(r.spent_micros), 0) FROM reservations r WHERE r.shot_id = shots.id) END`;

/** Shots of a job in these states, counted by their own settings and by what they have cost. Reads only. */
export function alikeShots(
  connection: Connection,
  jobId: number,
  { states, unpaid = false, except = [], notBehind }: { states: readonly Shot['state'][] } & WhichShots,
): AlikeShots[] {
  const marks = states.map(() => '?').join(', ');
  type Row = { settings: string; kind: ShotKind; shots: number; promptChars: number; spentMicros: number };
  const rows = connection.all<Row>(
    `SELECT settings, kind, COUNT(*) shots, MAX(LENGTH(prompt)) promptChars, ${SPENT} spentMicros
       FROM shots WHERE job_id = ? AND state IN (${marks}) ${unpaid ? `AND (state = 'queued' OR NOT ${PAID})` : ''}
        ${notBehind ? `AND NOT ${BEHIND}` : ''} AND id NOT IN (SELECT value FROM json_each(?))
      GROUP BY settings, kind, spentMicros ORDER BY MIN(id)`,
    jobId,
    ...states,
    ...(notBehind ? [JSON.stringify(notBehind.shots), JSON.stringify(notBehind.jobs)] : []),
    JSON.stringify(except),
  );
  return rows.map(({ settings, ...row }) => ({
    ...row,
    own: absoluteShotSettings(connection.folder, JSON.parse(settings) as ShotSettings),
  }));
}
