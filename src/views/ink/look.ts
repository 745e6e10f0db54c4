/**
 * Colors and signs of the live view. Chosen to be readable on light and on dark: no yellow, no bright white, no blue.
 */

/** How the live view may look at this terminal. */
export interface Look {
  color: boolean;
  links: boolean;
  signs: Signs;
  /** The command that goes on with what is left. */
  resume: string;
}

interface Signs {
  done: string;
  bad: string;
  held: string;
  moving: string;
  waiting: string;
  again: string;
  full: string;
  empty: string;
  dot: string;
  more: string;
}

const UNICODE: Signs = {
  done: '✓',
  bad: '✗',
  held: '?',
  moving: '›',
  waiting: '·',
  again: '↻',
  full: '█',
  empty: '░',
  dot: ' · ',
  more: '…',
};

const ASCII: Signs = {
  done: '+',
  bad: 'x',
  held: '?',
  moving: '>',
  waiting: '.',
  again: '~',
  full: '#',
  empty: '-',
  dot: ' - ',
  more: '...',
};

/** Signs beyond ASCII, unless the locale or the Linux console says that they can't be shown. */
export function signsFor(env: Readonly<Record<string, string | undefined>>): Signs {
  if (env['TERM'] === 'linux') return ASCII;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /^(C|POSIX)$/i.test(locale) ? ASCII : UNICODE;
}

/** What a color means here. */
export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'strong';

/** Props of an Ink `Text`; nothing at all without colors. */
export function tone(look: Look, meaning: Tone): { color?: string; dimColor?: boolean; bold?: boolean } {
  if (!look.color) return {};
  if (meaning === 'good') return { color: 'green' };
  if (meaning === 'bad') return { color: 'red' };
  if (meaning === 'warn') return { color: 'magenta' };
  return meaning === 'quiet' ? { dimColor: true } : { bold: true };
}
