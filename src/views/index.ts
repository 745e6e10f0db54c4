/** Chooses how a run is shown, and loads only what that needs. */

import type { View, ViewStreams } from './view.ts';

/** What the choice depends on. */
export interface ViewChoice {
  json: boolean;
  quiet: boolean;
  /** False for `--no-ink`. */
  ink: boolean;
  stdoutIsTty: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * The view for a situation. `--json` beats `--quiet` beats the rest; CI and pipes get lines, a dumb terminal too,
 * since a bar needs to move the cursor.
 */
export function chooseView(choice: ViewChoice): ViewKind {
  if (choice.json) return 'json';
  if (choice.quiet) return 'quiet';
  if (!choice.stdoutIsTty || isCi(choice.env) || choice.env['TERM'] === 'dumb') return 'lines';
  return choice.ink ? 'ink' : 'bar';
}

function isCi(env: ViewChoice['env']): boolean {
  const ci = env['CI'];
  return ci !== undefined && !['', '0', 'false'].includes(ci.toLowerCase());
}

/**
 * Whether a stream gets colors: `--no-color` (`color: false`), then `NO_COLOR` (no-color.org: any value that is not
 * empty), then `FORCE_COLOR`, then whether it is a terminal that can.
 */
export function wantsColor(color: boolean | undefined, isTty: boolean, env: ViewChoice['env']): boolean {
  if (color === false) return false;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return !['0', 'false'].includes(forced);
  return color === true || (isTty && env['TERM'] !== 'dumb');
}

/** Loads a view when it is wanted: Ink, React and cli-progress are loaded only for the view that needs them. */
export type LoadView = () => Promise<(streams: ViewStreams) => View>;

/** The views by name. Adding one: its file, and its line here. */
export const VIEWS = {
  ink: () => import('./ink/view.tsx').then((m) => m.createInkView),
  bar: () => import('./bar.ts').then((m) => m.createBarView),
  lines: () => import('./lines.ts').then((m) => m.createLinesView),
  json: () => import('./json.ts').then((m) => m.createJsonView),
  quiet: () => import('./quiet.ts').then((m) => m.createQuietView),
} as const satisfies Readonly<Record<string, LoadView>>;

/**
 * `ink`: live at a terminal. `bar`: lines over one bar. `lines`: plain. `json`: the events. `quiet`: only what went
 * wrong.
 */
export type ViewKind = keyof typeof VIEWS;

/** Makes a view of a list. */
export async function createView<Kind extends string>(
  kind: Kind,
  streams: ViewStreams,
  views: Readonly<Record<Kind, LoadView>>,
): Promise<View> {
  return (await views[kind]())(streams);
}
