/** Writing to a stream that may be closed under us: `imggen … | head -1` must not end the run. */

import type { ViewOutput } from './view.ts';

/** A stream that never throws and never ends the process. */
export interface Output {
  /** Writes text as it is. Does nothing when the reader has gone. */
  write(text: string): void;
  /** Resolves when all was handed over, or can't be. */
  flush(): Promise<void>;
}

/** Wraps a stream. The error listener stays on: a pipe may report its end after the last write. */
export function openOutput(stream: ViewOutput): Output {
  let open = true;
  // EPIPE and the like: nothing here can repair the stream, and a view must never end a run.
  stream.on('error', () => {
    open = false;
  });
  return {
    write(text) {
      if (!open) return;
      try {
        stream.write(text);
      } catch {
        open = false;
      }
    },
    async flush() {
      if (!open) return;
      await new Promise<void>((resolve) => {
        stream.once('error', () => resolve());
        stream.once('close', () => resolve());
        try {
          stream.write('', () => resolve());
        } catch {
          open = false;
          resolve();
        }
      });
    },
  };
}
