import { UserError } from '../errors.ts';

/** Major and minor number of the oldest Node that the native modules are built for. */
export const NODE_MIN = [22, 14] as const;

/**
 * Under an older Node the native module of the ledger ends the process without a word.
 * @throws {UserError} when this process runs on one.
 */
export function assertNodeVersion(): void {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new UserError(`imggen needs Node ${NODE_MIN.join('.')} or newer, and this is ${node}`, {
    hint: 'install a newer Node (https://nodejs.org) and try again',
  });
}
