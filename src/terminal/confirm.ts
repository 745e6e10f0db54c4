import { createInterface } from 'node:readline/promises';
import type { House } from '../app/house.ts';

/** Asks a person at a terminal; false where there is none to ask. */
export async function confirm(house: House, question: string): Promise<boolean> {
  const { stdin, stderr } = house.host;
  if (!stdin.isTTY || !stderr.isTTY || house.flags.json) return false;
  const ask = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await ask.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    ask.close();
  }
}
