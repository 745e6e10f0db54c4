/**
 * A mount namespace of its own: file systems that only the processes in it see, gone with it whatever happens. Needs no
 * right that the user does not have; where the kernel refuses, `findWay` tells it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a namespace is made and entered. */
interface Way {
  make: readonly string[];
  enter: string;
}

/** Mounts under way. */
export interface Mounts {
  /** For `runCli`'s `shell`: the program starts in the namespace, in this folder. */
  shellIn: (folder: string) => string;
  /** Runs a command of a shell in the namespace. @throws with what it said when it fails. */
  run: (command: string) => Promise<void>;
  close: () => Promise<void>;
}

/** Root needs no user namespace; others get one in which they are root. */
const WAYS: readonly Way[] = [
  { make: ['unshare', '-m'], enter: 'nsenter -m' },
  { make: ['unshare', '-rm'], enter: 'nsenter --preserve-credentials -U -m' },
];

/** The first way that the kernel allows, or the kernel's words for why there is none. */
export function findWay(): Way | { refusal: string } {
  const refusals: string[] = [];
  for (const way of WAYS) {
    const [command = '', ...options] = way.make;
    const tried = spawnSync(command, [...options, 'mount', '-t', 'tmpfs', 'none', '/mnt'], { encoding: 'utf8' });
    if (tried.status === 0) return way;
    refusals.push(tried.error?.message ?? tried.stderr.trim());
  }
  return { refusal: refusals.join('\n') };
}

/** A namespace, kept open by a shell in it that does what it is told on its stdin. @throws where there is no way. */
export function openMounts(way: ReturnType<typeof findWay>): Mounts {
  if ('refusal' in way) throw new Error(way.refusal);
  const { make, enter } = way;
  const [command = '', ...options] = make;
  const shell = spawn(command, [...options, 'sh'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface(shell.stdout)[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  return {
    // `unshare` becomes the shell, so that its process is in the namespace.
    shellIn: (folder) => `exec ${enter} -t ${shell.pid} sh -c 'cd "$0" && exec "$@"' '${folder}' "$@"`,
    run: async (what) => {
      shell.stdin.write(`if said=$( { ${what}; } 2>&1 ); then echo; else echo $said; fi\n`);
      const answer = await answers.next();
      if (answer.done || answer.value !== '') throw new Error(`${what}: ${answer.value ?? 'the shell is gone'}`);
    },
    close: async () => {
      shell.stdin.end();
      await ended;
    },
  };
}
