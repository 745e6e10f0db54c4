import { Text } from 'ink';
import type { ReactNode } from 'react';
import { clock } from '../format.ts';
import { progressOf, shotsInOrder } from '../progress.ts';
import { jobLabel } from '../state-model.ts';
import type { ActiveShot, RunState } from '../state-model.ts';
import { cell, joined } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

const NAME_WIDTH_MIN = 12;
const CLOCK_WIDTH = 11;
/** Below this width phases are said in one word. */
const WIDE_FROM = 72;

/**
 * How many rows the moving shots want: as many as there are workers, so that the screen does not jump between shots.
 */
export function rowsWanted(state: RunState): number {
  const { remaining } = progressOf(state);
  let workers = 0;
  for (const job of state.jobs.values()) workers = Math.max(workers, job.ended ? 0 : job.concurrency);
  return Math.max(state.active.size, Math.min(workers, remaining));
}

/**
 * The moving shots in `rows` lines, always exactly that many; when they do not fit, the last line counts the others.
 */
export function Shots(props: { state: RunState; nowMs: number; look: Look; width: number; rows: number }): ReactNode {
  const { state, rows } = props;
  if (rows <= 0) return null;
  const tooMany = state.active.size > rows;
  const lines = placed(state, tooMany ? rows - 1 : rows);
  const names = [...state.active.values()].map((shot) => nameOf(state, shot));
  const nameWidth = Math.min(
    Math.floor(props.width * 0.4),
    names.reduce((widest, name) => Math.max(widest, name.length), NAME_WIDTH_MIN),
  );
  return (
    <>
      {lines.map((shot, row) =>
        shot === undefined ? (
          <Text key={row}> </Text>
        ) : (
          <ShotRow key={row} {...props} shot={shot} name={cell(nameOf(state, shot), nameWidth)} />
        ),
      )}
      {tooMany ? (
        <Text wrap="truncate-end" {...tone(props.look, 'quiet')}>{`  +${state.active.size - lines.length} more`}</Text>
      ) : null}
    </>
  );
}

/** Every shot in the line of its slot as long as the slots fit; else the first ones in order. */
function placed(state: RunState, rows: number): (ActiveShot | undefined)[] {
  const shots = shotsInOrder(state);
  if (!shots.every((shot) => shot.slot < rows)) {
    return Array.from({ length: rows }, (_, row) => shots[row]);
  }
  const lines = Array.from<ActiveShot | undefined>({ length: rows });
  for (const shot of shots) lines[shot.slot] = shot;
  return lines;
}

function nameOf(state: RunState, shot: ActiveShot): string {
  const label = jobLabel(state, shot.jobId);
  return label === undefined ? shot.shot : `${label} ${shot.shot}`;
}

function ShotRow(props: { shot: ActiveShot; name: string; nowMs: number; look: Look; width: number }): ReactNode {
  const { shot, look, width } = props;
  const wide = width >= WIDE_FROM;
  const phase = cell(phaseWords(shot, wide), wide ? 23 : 9);
  const since = cell(timeWords(shot, props.nowMs), CLOCK_WIDTH, 'right');
  const used = 2 + props.name.length + 2 + phase.length + CLOCK_WIDTH + 2;
  const detail = width - used >= 6 ? joined(details(shot), width - used, look.signs.dot) : '';
  const again = shot.phase === 'backoff';
  const sign = again ? look.signs.again : shot.phase === 'waiting' ? look.signs.waiting : look.signs.moving;
  return (
    <Text wrap="truncate-end">
      <Text {...tone(look, again ? 'warn' : 'good')}>{sign}</Text>
      {` ${props.name}  `}
      <Text {...(again ? tone(look, 'warn') : {})}>{phase}</Text>
      {since}
      <Text {...tone(look, 'quiet')}>{detail === '' ? '' : `  ${detail}`}</Text>
    </Text>
  );
}

function phaseWords(shot: ActiveShot, wide: boolean): string {
  if (shot.phase === 'waiting') return wide ? 'waiting at the provider' : 'waiting';
  if (shot.phase === 'backoff') return wide ? 'will be tried again' : 'again in';
  return shot.phase;
}

function timeWords(shot: ActiveShot, nowMs: number): string {
  if (shot.phase !== 'backoff') return clock(nowMs - shot.sinceMs);
  return shot.untilMs === undefined ? '' : clock(Math.max(0, shot.untilMs - nowMs));
}

function details(shot: ActiveShot): string[] {
  const parts: string[] = [];
  if (shot.progress !== undefined) parts.push(`${Math.floor(Math.min(1, Math.max(0, shot.progress)) * 100)} %`);
  if (shot.attempt > 1) parts.push(`attempt ${shot.attempt}`);
  if (shot.phase === 'backoff' && shot.errorType !== undefined) {
    parts.push(shot.reason === undefined || shot.reason === '' ? shot.errorType : `${shot.errorType}: ${shot.reason}`);
  }
  return parts;
}
