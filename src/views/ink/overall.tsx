import { Text } from 'ink';
import type { ReactNode } from 'react';
import { number } from '../format.ts';
import { progressOf } from '../progress.ts';
import type { Progress } from '../progress.ts';
import type { RunState } from '../state-model.ts';
import { barParts, joined } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

const BAR_WIDTH_MAX = 60;

/** One bar for the whole run, with how many are done and how many will not come. */
export function Overall(props: { state: RunState; look: Look; width: number }): ReactNode {
  const { look, width } = props;
  const progress = progressOf(props.state);
  const total = Math.max(1, progress.imageCount);
  // Depends on the width alone: the bar does not jump when the words grow.
  const barWidth = Math.max(8, Math.min(BAR_WIDTH_MAX, Math.floor(width * 0.45)));
  const words = joined(
    [` ${percent(progress.done / total)} ${counted(progress)}`, endings(progress, look)],
    width - barWidth,
    look.signs.dot,
  );
  const missed = progress.refused + progress.failed + progress.held + progress.canceled;
  const [done = 0, bad = 0] = barParts([progress.done / total, missed / total], barWidth);
  return (
    <Text wrap="truncate-end">
      <Text {...tone(look, 'good')}>{look.signs.full.repeat(done)}</Text>
      <Text {...tone(look, 'bad')}>{look.signs.bad.repeat(bad)}</Text>
      <Text {...tone(look, 'quiet')}>{look.signs.empty.repeat(Math.max(0, barWidth - done - bad))}</Text>
      {words}
    </Text>
  );
}

/** 100 % only when it is. */
function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`;
}

/** As wide at the first image as at the last. */
function counted(progress: Progress): string {
  const total = number(progress.imageCount);
  return `${number(progress.done).padStart(total.length)}/${total}`;
}

function endings(progress: Progress, look: Look): string {
  const kinds: [number, string][] = [
    [progress.refused, 'refused'],
    [progress.failed, 'failed'],
    [progress.held, 'held'],
    [progress.canceled, 'canceled'],
  ];
  return kinds
    .filter(([howMany]) => howMany > 0)
    .map(([howMany, word]) => `${howMany} ${word}`)
    .join(look.signs.dot);
}
