/**
 * Once before the tests: a copy of the build, so that a build under way is in nobody's way. It has run before, so that
 * its code is in Node's compile cache: a process that is killed never writes that.
 */
import type { TestProject } from 'vitest/node';
import { freezePackage } from './built-package.ts';
import { openHome, runCli } from './cli.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Root of the copy. */
    builtPackage: string;
  }
}

/** For `globalSetup`. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const built = await freezePackage();
  const home = openHome(built.root, { provider: 'local', size: '64x64' });
  await runCli(home, ['pack', '--count', '1', '--json']);
  await runCli(home, ['resume', '--json']);
  home.close();
  provide('builtPackage', built.root);
  return () => built.remove();
}
