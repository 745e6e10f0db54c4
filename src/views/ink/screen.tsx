import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { RunState } from '../state-model.ts';
import { Footer, Phases } from './footer.tsx';
import { Header } from './header.tsx';
import type { Look } from './look.ts';
import { Money } from './money.tsx';
import { Overall } from './overall.tsx';
import { Shots, rowsWanted } from './shots.tsx';

/** Which lines fit. */
export interface Layout {
  gap: boolean;
  header: boolean;
  money: boolean;
  phases: boolean;
  footer: boolean;
  shots: number;
}

/**
 * What to show on so many rows. The live part stays at least two rows smaller than the terminal: a part that fills it
 * makes Ink clear the screen at every frame. The bar comes first, then the header, money, footer, shots, phases.
 * The moving shots take half of the terminal at most: the finished ones above them should be seen, too.
 */
export function layoutFor(rows: number, shotsWanted: number): Layout {
  let free = Math.max(1, rows - 2) - 1;
  const take = (): boolean => {
    free -= 1;
    return free >= 0;
  };
  const header = take();
  const money = take();
  const footer = take();
  const phases = free >= 3 && take();
  const gap = free >= 5 && take();
  return { header, money, footer, phases, gap, shots: Math.max(0, Math.min(shotsWanted, free, Math.floor(rows / 2))) };
}

/**
 * The live part of the screen. One column stays free at the right: some terminals wrap when the last one is written.
 */
export function Screen(props: {
  state: RunState;
  nowMs: number;
  look: Look;
  size: { columns: number; rows: number };
}): ReactNode {
  const { state, look, nowMs } = props;
  const width = Math.max(10, props.size.columns - 1);
  const layout = layoutFor(props.size.rows, rowsWanted(state));
  const common = { state, look, width };
  return (
    // Never a width in columns here: after a resize Ink draws once before the new size has come to us.
    <Box flexDirection="column" width="100%" paddingRight={1} paddingTop={layout.gap ? 1 : 0}>
      {layout.header ? <Header {...common} /> : null}
      <Overall {...common} />
      {layout.money ? <Money {...common} nowMs={nowMs} /> : null}
      {layout.phases ? <Phases {...common} /> : null}
      <Shots {...common} nowMs={nowMs} rows={layout.shots} />
      {layout.footer ? <Footer {...common} /> : null}
    </Box>
  );
}
