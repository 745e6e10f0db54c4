import { Text } from 'ink';
import type { ReactNode } from 'react';
import { progressOf } from '../progress.ts';
import type { RunState } from '../state-model.ts';
import { ctrlCWords, stoppingWords, WATCHING_WORDS } from '../stopping.ts';
import { joined } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

/** Where the rest is: `2 in flight · 1 uploading · 280 queued`. */
export function Phases(props: { state: RunState; look: Look; width: number }): ReactNode {
  const progress = progressOf(props.state);
  const waiting = progress.inFlight === 0 ? props.state.waiting : undefined;
  const parts = [
    `${progress.inFlight} in flight`,
    `${progress.queued} queued`,
    progress.backoff > 0 ? `${progress.backoff} to be tried again` : '',
    progress.uploading > 0 ? `${progress.uploading} uploading` : '',
    alreadyDone(props.state),
  ];
  return (
    <Text wrap="truncate-end" {...tone(props.look, waiting === undefined ? 'quiet' : 'warn')}>
      {waiting ?? joined(parts, props.width, props.look.signs.dot)}
    </Text>
  );
}

function alreadyDone(state: RunState): string {
  let before = 0;
  for (const job of state.jobs.values()) before += job.alreadyDone;
  return before > 0 ? `${before} already done before` : '';
}

/** What Ctrl-C will do, in words that fit. */
export function Footer(props: { state: RunState; look: Look; width: number }): ReactNode {
  const { state, look, width } = props;
  const stopping = state.draining !== undefined;
  const words =
    state.watched !== undefined
      ? WATCHING_WORDS
      : stopping
        ? stoppingWords(state, look.resume)
        : ctrlCWords(state, look.resume);
  return (
    <Text wrap="truncate-end" {...tone(look, stopping ? 'warn' : 'quiet')}>
      {words.find((text) => text.length <= width) ?? words.at(-1)}
    </Text>
  );
}
