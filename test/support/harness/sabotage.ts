/**
 * Negative controls: copies of the built program with one protection taken out. A harness that such a copy passes
 * proves nothing.
 */
import { changeBuilt, freezePackage } from './built-package.ts';

/** A text to replace in the built files, where it is found exactly once. */
interface Edit {
  from: string;
  to: string;
}

/** The protections, by what happens without them. */
export const SABOTAGES = {
  /** An accepted attempt of a process that has ended is sent again instead of collected by its remote id. */
  'accepted work is sent again': [
    {
      from: `if (open.attempt.state !== 'intent')\n        return open;`,
      to: `if (open.attempt.state !== 'intent') return { ...open, attempt: { ...open.attempt, state: 'intent' } };`,
    },
  ],
  /** An attempt that a process that has ended may have sent is sent again without a look-up. */
  'an open intent is sent again': [
    {
      from: `return { ...open, doubt: { why, sender: 'another process' } };`,
      to: 'return open;',
    },
  ],
  /** Requests of a batch that a process that has ended may have sent go in another batch without a look-up. */
  'an open batch is sent again': [
    {
      from: `if (open.attempt.state !== 'intent')\n        return open;`,
      to: `if (open.attempt.state !== 'intent' || open.attempt.request.batch) return open;`,
    },
  ],
  /** Doubt is treated like a failure that surely was not charged. */
  'doubt is tried again': [{ from: `return { ...end('held'), settlement: 'doubtful' };`, to: 'return again(0);' }],
  /** Numbers are counted instead of allotted, and files are moved over whatever has the name. */
  'numbers are counted': [
    {
      from: `const number = nextNumber(connection, characterId);`,
      to: `const counted = "SELECT COUNT(*) n FROM images WHERE character_id = ? AND state = 'stored'";
        return 1 + connection.get(counted, characterId).n;`,
    },
    {
      from: 'UNIQUE (character_id, number)\n) STRICT;\nCREATE INDEX images_newest',
      to: 'CHECK (true)) STRICT; CREATE INDEX images_newest',
    },
    {
      from: 'await link(partPath, finalPath);',
      to: `await (await import('node:fs/promises')).rename(partPath, finalPath);`,
    },
  ],
  /** Another take is made whatever the likeness. */
  'good pictures are made again': [
    {
      from: 'of.isBelow ?? likeness < minConsistency',
      to: 'true',
    },
  ],
  /** A pack that is refused at a cap leaves its job. */
  'a refused pack stays': [
    {
      from: '() => capRefusal(found));',
      to: '() => { job.open(); return capRefusal(found); });',
    },
  ],
  /** Money that is only reserved is not counted. */
  'reservations are not counted': [
    {
      from: 'total.spentMicros + total.reservedMicros + worstMicros <= limit',
      to: 'total.spentMicros + worstMicros <= limit',
    },
  ],
  /** Nothing is taken out of what services say. */
  'keys are not redacted': [
    {
      from: 'return (text) => withoutLetters',
      to: 'return (text) => text; return (text) => withoutLetters',
    },
  ],
  /** Keys are looked for as they are spelled, in the text as it came. */
  'keys are looked for once': [
    {
      from: 'return printable(redact(printable(redact(text))), lengthMax);',
      to: 'return printable(redact(text), lengthMax);',
    },
    { from: `if (secrets.length === 0 || text === '')`, to: 'if (text !== undefined)' },
  ],
} as const satisfies Record<string, readonly Edit[]>;

/** The name of a sabotage. */
export type SabotageName = keyof typeof SABOTAGES;

/**
 * Makes a copy of the built package (or of a copy) without that protection. @throws when a text to replace is not there
 * exactly once.
 */
export async function sabotagedPackage(
  name: SabotageName,
  source?: string,
): Promise<{ root: string; remove: () => void }> {
  const copy = await freezePackage(source);
  for (const edit of SABOTAGES[name]) changeBuilt(copy.root, edit);
  return copy;
}
