import { Text } from 'ink';
import type { ReactNode } from 'react';
import { clock, usd } from '../format.ts';
import { progressOf, ratePerMinute, spendOf, timeLeftMs } from '../progress.ts';
import { budgetWords } from '../sentences.ts';
import type { RunState } from '../state-model.ts';
import { joined } from './cells.ts';
import { tone } from './look.ts';
import type { Look } from './look.ts';

/** What is spent of what is allowed, how fast it goes and how long it still takes: one line. */
export function Money(props: { state: RunState; nowMs: number; look: Look; width: number }): ReactNode {
  const { state, look } = props;
  const spend = spendOf(state);
  const reached = [...state.jobs.values()].find((job) => job.budgetReached !== undefined)?.budgetReached;
  const spent =
    spend.capRunUsd === null
      ? `${usd(spend.spentUsd)} spent`
      : `${usd(spend.spentUsd)} of ${usd(spend.capRunUsd)} spent`;
  const parts = [
    spent,
    timeLeft(state, props.nowMs),
    reached === undefined ? '' : budgetWords(reached),
    spend.reservedUsd > 0 ? `${usd(spend.reservedUsd)} reserved` : '',
    rate(state, props.nowMs),
    spend.capDayUsd === null ? '' : `today ${usd(spend.dayUsd)} of ${usd(spend.capDayUsd)}`,
  ];
  return (
    <Text wrap="truncate-end" {...(reached === undefined ? {} : tone(look, 'warn'))}>
      {joined(parts, props.width, look.signs.dot)}
    </Text>
  );
}

function timeLeft(state: RunState, nowMs: number): string {
  const left = timeLeftMs(state, nowMs);
  return left === undefined || left === 0 ? '' : `about ${clock(left)} left`;
}

function rate(state: RunState, nowMs: number): string {
  const perMinute = ratePerMinute(state, nowMs);
  if (perMinute === undefined || progressOf(state).remaining === 0) return '';
  return `${perMinute >= 10 ? perMinute.toFixed(0) : perMinute.toFixed(1)} pictures/min`;
}
