import { relative } from 'node:path';
import { initConfig } from '../config/init.ts';
import type { Host } from '../host.ts';
import type { ExitCode } from '../errors.ts';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';

/** `imggen init`: writes a config to start from. */
export async function init(host: Host, flags: { force?: boolean; json?: boolean }): Promise<ExitCode> {
  const { file, schemaFile } = await initConfig(host.cwd, {
    registries: { providers: PROVIDERS, stores: STORES },
    force: flags.force,
  });
  const near = (path: string) => relative(host.cwd, path);
  if (flags.json) host.stdout.write(`${JSON.stringify({ file, schemaFile })}\n`);
  else {
    host.stdout.write(
      `wrote ${near(file)} (and ${near(schemaFile)}, so that your editor completes it)\n\nnext: describe your character in it, then\n  imggen create-character --dry-run   what would be made, and what it would cost\n  imggen create-character             the avatar and 10 training pictures\n`,
    );
  }
  return 0;
}
