/** The one place that holds an Ink instance: mounts it, redraws it, gives the terminal back. */

import { Static, render, useWindowSize } from 'ink';
import type { Instance } from 'ink';
import type { ReactNode } from 'react';
import type { RunState } from '../state-model.ts';
import type { ViewStreams } from '../view.ts';
import type { Look } from './look.ts';
import { Screen } from './screen.tsx';
import { StaticLine } from './static-line.tsx';
import type { StaticItem } from './static-line.tsx';

/** What to draw. `items` only grows; `live` is false for the last frame, which leaves the scrollback alone. */
export interface Frame {
  items: readonly StaticItem[];
  state: RunState;
  nowMs: number;
  live: boolean;
}

/** Everything Ink shows: lines that stay, and the live part under them. */
export function Root(props: Frame & { look: Look }): ReactNode {
  const size = useWindowSize();
  return (
    <>
      <Static items={[...props.items]}>
        {(item, index) => <StaticLine key={index} item={item} look={props.look} width={size.columns - 1} />}
      </Static>
      {props.live ? <Screen state={props.state} nowMs={props.nowMs} look={props.look} size={size} /> : null}
    </>
  );
}

/** Draws frames. */
export interface Canvas {
  /** Shows a frame; the first one mounts Ink. */
  draw(frame: Frame): void;
  /** Takes the live part off the screen and gives the terminal back. Never rejects. */
  end(): Promise<void>;
}

/** Makes a canvas. `onBroken` is called when Ink or a component throws; nothing is drawn after that. */
export function createCanvas(streams: ViewStreams, look: Look, onBroken: () => void): Canvas {
  let instance: Instance | undefined;
  return {
    draw(frame) {
      const node = <Root {...frame} look={look} />;
      try {
        if (instance !== undefined) return instance.rerender(node);
        // Ctrl-C stays the terminal's: no raw mode, so it arrives as a signal and the run decides.
        instance = render(node, {
          stdout: streams.stdout,
          stderr: streams.stderr,
          exitOnCtrlC: false,
          patchConsole: false,
          incrementalRendering: true,
          interactive: true,
          maxFps: 20,
        });
        instance.waitUntilExit().catch(onBroken);
      } catch {
        onBroken();
      }
    },
    async end() {
      try {
        instance?.unmount();
        await instance?.waitUntilExit();
      } catch {
        // How Ink ends is of no interest any more.
      }
    },
  };
}
