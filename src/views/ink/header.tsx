import { Text } from 'ink';
import type { ReactNode } from 'react';
import { count } from '../format.ts';
import { providerWords } from '../sentences.ts';
import type { RunState } from '../state-model.ts';
import { joined } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

/** Who is made, by whom, for which job: one line. */
export function Header(props: { state: RunState; look: Look; width: number }): ReactNode {
  const { look, width } = props;
  const jobs = [...props.state.jobs.values()];
  const [first] = jobs;
  if (first === undefined) return <Text {...tone(look, 'quiet')}>starting</Text>;
  const several = jobs.length > 1;
  const names = [...new Set(jobs.map((job) => job.characterName))];
  const name = several
    ? joined([howMany(jobs.length, names.length), names.join(', ')], width, ': ')
    : first.characterName;
  const about = several ? [providerWords(first)] : [providerWords(first), first.kind, `job ${first.jobId}`];
  const line = joined([name, ...about], width, look.signs.dot);
  return (
    <Text wrap="truncate-end">
      <Text {...tone(look, 'strong')}>{line.slice(0, name.length)}</Text>
      <Text {...tone(look, 'quiet')}>{line.slice(name.length)}</Text>
    </Text>
  );
}

function howMany(jobs: number, names: number): string {
  return names === jobs ? count(jobs, 'character') : count(jobs, 'job');
}
