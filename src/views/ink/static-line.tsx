import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { duration, usd } from '../format.ts';
import { hyperlink } from '../links.ts';
import { endingWords } from '../sentences.ts';
import type { FinishedShot } from '../state-model.ts';
import { cell } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

/** A line that scrolls up and stays: a shot that ended, or a word to the person. */
export type StaticItem =
  | { kind: 'shot'; shot: FinishedShot; jobName: string | undefined }
  | { kind: 'words'; text: string; warn: boolean };

const WIDE_FROM = 60;

/** The line with the web address of an avatar: the one address that is needed at once. */
export function addressLine(item: StaticItem): string | undefined {
  if (item.kind !== 'shot' || item.shot.shot !== 'avatar') return undefined;
  return item.shot.url !== undefined && /^https?:/i.test(item.shot.url) ? `  ${item.shot.url}` : undefined;
}

/** One such line. Long reasons and addresses wrap: they stay in the scrollback and are worth reading whole. */
export function StaticLine(props: { item: StaticItem; look: Look; width: number }): ReactNode {
  const { item, look } = props;
  if (item.kind === 'words') {
    return (
      <Box width={props.width}>
        <Text {...(item.warn ? tone(look, 'warn') : {})}>{item.text}</Text>
      </Box>
    );
  }
  const { shot } = item;
  const name = cell(
    `${item.jobName === undefined ? '' : `${item.jobName} `}${shot.shot}`,
    item.jobName === undefined ? 12 : 24,
  );
  const address = addressLine(item);
  if (shot.ending === 'scored') {
    return (
      <Box width={props.width}>
        <Text wrap="truncate-end">
          {`  ${name} ${endingWords(shot)}  `}
          <Text {...tone(look, 'quiet')}>{props.width < WIDE_FROM ? '' : (shot.filename ?? '')}</Text>
        </Text>
      </Box>
    );
  }
  if (shot.ending !== 'done' && shot.ending !== 'uploaded') {
    return (
      <Box width={props.width}>
        <Text>
          <Text {...tone(look, shot.ending === 'held' ? 'warn' : 'bad')}>
            {shot.ending === 'held' ? look.signs.held : look.signs.bad}
          </Text>
          {` ${name} ${endingWords(shot)}`}
        </Text>
      </Box>
    );
  }
  const took = shot.ending === 'uploaded' ? 'uploaded' : duration(shot.durationMs);
  const file = shot.filename ?? '';
  const link = shot.url ?? '';
  // On a narrow terminal a file name that is cut says nothing.
  const shown = props.width < WIDE_FROM ? '' : look.links && link !== '' ? hyperlink(file, link) : file;
  return (
    <>
      <Box width={props.width}>
        <Text wrap="truncate-end">
          <Text {...tone(look, 'good')}>{look.signs.done}</Text>
          {` ${name} ${cell(took, 11, 'right')} ${cell(usd(shot.costUsd), 8, 'right')}  `}
          <Text {...tone(look, 'quiet')}>{shown}</Text>
        </Text>
      </Box>
      {address === undefined ? null : <Text>{address}</Text>}
      {shot.message === undefined ? null : (
        <Box width={props.width}>
          <Text {...tone(look, 'warn')}>{`  not uploaded: ${shot.message}`}</Text>
        </Box>
      )}
    </>
  );
}
