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

/** A line of the list: when a run is shown so, and the view, loaded when it is wanted. */
export interface ViewEntry {
  fits: (choice: ViewChoice) => boolean;
  /** Ink, React and cli-progress are loaded only for the view that needs them. */
  load: () => Promise<(streams: ViewStreams) => View>;
}

/**
 * The views by name; the first that fits is taken. Adding one: its file, and its line here. CI and pipes get lines, a
 * dumb terminal too, since a bar needs to move the cursor.
 *
 * `json`: the events. `quiet`: only what went wrong. `lines`: plain. `ink`: live at a terminal. `bar`: lines over one
 * bar.
 */
export const VIEWS = {
  json: { fits: ({ json }) => json, load: () => import('./json.ts').then((m) => m.createJsonView) },
  quiet: { fits: ({ quiet }) => quiet, load: () => import('./quiet.ts').then((m) => m.createQuietView) },
  lines: { fits: isPlain, load: () => import('./lines.ts').then((m) => m.createLinesView) },
  ink: { fits: ({ ink }) => ink, load: () => import('./ink/view.tsx').then((m) => m.createInkView) },
  bar: { fits: () => true, load: () => import('./bar.ts').then((m) => m.createBarView) },
} as const satisfies Readonly<Record<string, ViewEntry>>;

export type ViewKind = keyof typeof VIEWS;

/** The name of the first view of a list that fits a situation. */
export function chooseView<Kind extends string>(choice: ViewChoice, views: Readonly<Record<Kind, ViewEntry>>): Kind {
  for (const kind in views) if (views[kind].fits(choice)) return kind;
  throw new Error('no view fits');
}

function isPlain({ stdoutIsTty, env }: ViewChoice): boolean {
  return !stdoutIsTty || isCi(env) || env['TERM'] === 'dumb';
}

function isCi(env: ViewChoice['env']): boolean {
  const ci = env['CI'];
  return ci !== undefined && !['', '0', 'false'].includes(ci.toLowerCase());
}

/** Makes a view of a list. */
export async function createView<Kind extends string>(
  kind: Kind,
  streams: ViewStreams,
  views: Readonly<Record<Kind, ViewEntry>>,
): Promise<View> {
  return (await views[kind].load())(streams);
}
