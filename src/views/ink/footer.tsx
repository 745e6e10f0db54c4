import { Text } from 'ink';
import type { ReactNode } from 'react';
import { progressOf } from '../progress.ts';
import type { Progress } from '../progress.ts';
import type { RunState } from '../state-model.ts';
import { joined } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

/** Where the rest is: `2 in flight · 1 uploading · 280 queued`. */
export function Phases(props: { state: RunState; look: Look; width: number }): ReactNode {
  const progress = progressOf(props.state);
  const parts = [
    `${progress.inFlight} in flight`,
    `${progress.queued} queued`,
    progress.backoff > 0 ? `${progress.backoff} to be tried again` : '',
    progress.uploading > 0 ? `${progress.uploading} uploading` : '',
    alreadyDone(props.state),
  ];
  return (
    <Text wrap="truncate-end" {...tone(props.look, 'quiet')}>
      {joined(parts, props.width, props.look.signs.dot)}
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
  const progress = progressOf(props.state);
  const stopping = props.state.draining !== undefined;
  const words = stopping ? stoppingWords(progress) : props.state.watched ? WATCHING_WORDS : ctrlCWords(progress);
  return (
    <Text wrap="truncate-end" {...tone(props.look, stopping ? 'warn' : 'quiet')}>
      {words.find((text) => text.length <= props.width) ?? words.at(-1)}
    </Text>
  );
}

const WATCHING_WORDS = ['Ctrl-C stops watching; the run goes on', 'Ctrl-C stops watching'];

function ctrlCWords(progress: Progress): string[] {
  return progress.inFlight === 0
    ? ['Ctrl-C stops; what is made is kept', 'Ctrl-C stops']
    : [
        'Ctrl-C: send nothing new; what is in flight ends, or `imggen resume` collects it; twice: stop at once',
        'Ctrl-C: send nothing new; `imggen resume` goes on; twice: stop at once',
        'Ctrl-C stops, `imggen resume` goes on',
        'Ctrl-C stops',
      ];
}

function stoppingWords(progress: Progress): string[] {
  const moving = progress.inFlight + progress.uploading;
  if (moving === 0) return ['Stopping: nothing is in flight', 'Stopping'];
  const uploads = progress.uploading > 0 ? `, ${progress.uploading} uploading` : '';
  return [
    `Stopping: ${progress.inFlight} in flight${uploads}. Ctrl-C again stops at once; \`imggen resume\` collects ` +
      'the rest',
    `Stopping: ${progress.inFlight} in flight${uploads}. Ctrl-C again: at once`,
    `Stopping: ${moving} to wait for`,
  ];
}
