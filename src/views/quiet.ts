/** `--quiet`: silence, unless something went wrong; then stderr says what. */

import { openOutput } from './output.ts';
import { liveLine } from './sentences.ts';
import { troubleLines } from './summary.ts';
import type { View, ViewStreams } from './view.ts';

/** The view of `--quiet`. */
export function createQuietView(streams: ViewStreams): View {
  const err = openOutput(streams.stderr);
  let closed = false;
  return {
    handle(event) {
      if (closed || event.event !== 'notice' || event.level !== 'warn') return;
      err.write(`${liveLine(event, streams.resume) ?? ''}\n`);
    },
    async close(summary) {
      if (closed) return;
      closed = true;
      const lines = troubleLines(summary);
      if (lines.length > 0) err.write(`${lines.join('\n')}\n`);
      await err.flush();
    },
  };
}
