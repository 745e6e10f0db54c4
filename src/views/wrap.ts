import { widthOf } from './width.ts';

/**
 * A text in lines of whole words, as wide as a terminal; what follows the first line begins as far in as the text. A
 * word that is wider than a line stays whole. `width` Infinity: unchanged. Pure.
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
  for (const word of line.slice(start.length).split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && start.length + widthOf(last) + 1 + widthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((words) => `${start}${words}`).join('\n');
}
