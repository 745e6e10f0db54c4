import { chooseView, createView, VIEWS, wantsColor } from '../views/index.ts';
import type { View } from '../views/view.ts';
import type { Io } from './print.ts';

/** How a run is shown. */
export interface ViewFlags {
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  color?: boolean | undefined;
  ink?: boolean | undefined;
}

/** The view that fits the flags, the environment and the terminal. */
export function openView({ host, terminal, typed }: Io, flags: ViewFlags): Promise<View> {
  const { stdout, stderr } = terminal;
  const { env, now } = host;
  const isTty = stdout.isTTY === true;
  const [json, quiet, ink] = [flags.json === true, flags.quiet === true, flags.ink !== false];
  const kind = chooseView({ json, quiet, ink, stdoutIsTty: isTty, env }, VIEWS);
  const color = wantsColor(flags.color === false ? false : undefined, isTty, env);
  return createView(kind, { stdout, stderr, env, now, color, resume: typed('resume') }, VIEWS);
}
