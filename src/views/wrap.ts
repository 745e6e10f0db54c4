import { widthOf } from './width.ts';

/**
 * A text in lines of whole words, as wide as a terminal; what follows the first line begins as far in as the text. A
 * word that is wider than a line stays whole, and so do a command in backticks and an option with its value, which are
 * copied. `width` Infinity: unchanged. Pure.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, width))
    .join('\n');
}

function wrappedLine(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  const start = /^ */.exec(line)?.[0] ?? '';
  const lines = [''];
  for (const word of wordsOf(line.slice(start.length))) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && start.length + widthOf(last) + 1 + widthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((words) => `${start}${words}`).join('\n');
}

/** What stays together. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let isOpen = false;
  for (const word of text.split(' ')) {
    const before = words.at(-1);
    const isValue = /^--[a-z-]+$/.test(before ?? '') && /^[A-Z\d.]+$/.test(word);
    if (before !== undefined && (isOpen || isValue)) words[words.length - 1] = `${before} ${word}`;
    else words.push(word);
    if (word.split('`').length % 2 === 0) isOpen = !isOpen;
  }
  // A backtick without another one is no command.
  return isOpen ? text.split(' ') : words;
}
