/** The one place that holds an Ink instance: mounts it, redraws it, gives the terminal back. */

import { Static, render, renderToString, useWindowSize } from 'ink';
import type { Instance } from 'ink';
import type { ReactNode } from 'react';
import type { RunState } from '../state-model.ts';
import type { ViewStreams } from '../view.ts';
import type { Look } from './look.ts';
import { eraseReflowed } from './reflow.ts';
import { Screen } from './screen.tsx';
import { StaticLine, addressLine } from './static-line.tsx';
import type { StaticItem } from './static-line.tsx';
import { widthOf } from '../width.ts';

/** What to draw. `items` only grows; `live` is false for the last frame, which leaves the scrollback alone. */
export interface Frame {
  items: readonly StaticItem[];
  state: RunState;
  nowMs: number;
  live: boolean;
}

/** Everything Ink shows: lines that stay, and the live part under them. */
function Root(props: Frame & { look: Look; staticWidth: number }): ReactNode {
  const size = useWindowSize();
  const width = Math.max(size.columns, props.staticWidth);
  return (
    <>
      <Static items={[...props.items]} style={{ width }}>
        {(item, index) => <StaticLine key={index} item={item} look={props.look} width={size.columns - 1} />}
      </Static>
      {props.live ? <Screen state={props.state} nowMs={props.nowMs} look={props.look} size={size} /> : null}
    </>
  );
}

/** As wide as the widest new line: the terminal itself wraps a long address, so that it can be copied in one piece. */
function widestOf(items: readonly StaticItem[]): number {
  return items.reduce((width, item) => Math.max(width, widthOf(addressLine(item) ?? '')), 0);
}

/** Draws frames. */
export interface Canvas {
  /** Shows a frame; the first one mounts Ink. */
  draw(frame: Frame): void;
  /** Wipes the live part, so that the next frame is drawn anew: the terminal itself has written into it (`^C`). */
  wipe(): void;
  /** Takes the live part off the screen and gives the terminal back. Never rejects. */
  end(): Promise<void>;
}

/** Makes a canvas. `onBroken` is called when Ink or a component throws; nothing is drawn after that. */
export function createCanvas(streams: ViewStreams, look: Look, onBroken: () => void): Canvas {
  const { stdout } = streams;
  let instance: Instance | undefined;
  let last: Frame | undefined;
  let columns = stdout.columns ?? 80;
  let drawnItems = 0;

  const onResize = (): void => {
    const before = columns;
    columns = stdout.columns ?? before;
    // xterm cuts lines instead of wrapping them.
    if (columns >= before || last?.live !== true || streams.env['XTERM_VERSION'] !== undefined) return;
    const size = { columns: before, rows: stdout.rows ?? 24 };
    const shown = renderToString(<Screen state={last.state} nowMs={last.nowMs} look={look} size={size} />, size);
    stdout.write(eraseReflowed(shown.split('\n'), columns));
  };

  const mount = (node: ReactNode): Instance => {
    // Before Ink's own listener, which erases what it remembers.
    stdout.on('resize', onResize);
    // Ctrl-C stays the terminal's: no raw mode, so it arrives as a signal and the run decides.
    const mounted = render(node, {
      stdout,
      stderr: streams.stderr,
      exitOnCtrlC: false,
      patchConsole: false,
      incrementalRendering: true,
      interactive: true,
      maxFps: 20,
    });
    mounted.waitUntilExit().catch(onBroken);
    return mounted;
  };

  return {
    draw(frame) {
      last = frame;
      const staticWidth = widestOf(frame.items.slice(drawnItems));
      drawnItems = frame.items.length;
      const node = <Root {...frame} look={look} staticWidth={staticWidth} />;
      try {
        if (instance === undefined) instance = mount(node);
        else instance.rerender(node);
      } catch {
        onBroken();
      }
    },
    wipe: () => instance?.clear(),
    async end() {
      stdout.off('resize', onResize);
      try {
        instance?.unmount();
        await instance?.waitUntilExit();
      } catch {
        // How Ink ends is of no interest any more.
      }
    },
  };
}
