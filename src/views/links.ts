/** Hyperlinks of a terminal (OSC 8). */

import { printable } from '../sanitize.ts';

/**
 * Whether a terminal shows OSC 8 hyperlinks. Terminals that do not may print rubbish, so only those known to are named
 * (the list of the supports-hyperlinks package): iTerm, WezTerm, VS Code, VTE ≥ 0.50, kitty, Windows Terminal, Ghostty.
 */
export function supportsLinks(isTty: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined) return !['', '0', 'false'].includes(forced);
  if (!isTty || env['TERM'] === 'dumb' || env['TMUX'] !== undefined || env['STY'] !== undefined) return false;
  if (['iTerm.app', 'WezTerm', 'vscode', 'ghostty'].includes(env['TERM_PROGRAM'] ?? '')) return true;
  if (env['WT_SESSION'] !== undefined || env['KITTY_WINDOW_ID'] !== undefined) return true;
  return env['GHOSTTY_RESOURCES_DIR'] !== undefined || Number(env['VTE_VERSION'] ?? 0) >= 5000;
}

/** Text that opens an address when it is clicked; the text alone when the address is not one that may be opened. */
export function hyperlink(text: string, url: string): string {
  const address = printable(url);
  // Only what a click may open: an address of ours never runs anything.
  if (!/^(https?|file):\/\//i.test(address) || /\s/.test(address)) return text;
  return `\u001b]8;;${address}\u0007${text}\u001b]8;;\u0007`;
}
