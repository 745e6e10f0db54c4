import type { RunEvent } from '../events.ts';
import { freeBytes } from '../images/save.ts';
import { imageFilename } from '../names.ts';
import type { RunnerContext } from '../runner/context.ts';
import type { Project } from './project.ts';

/** What the runner works with. */
export function runnerContext(
  project: Pick<Project, 'config' | 'host' | 'trace' | 'clean'>,
  parts: Pick<RunnerContext, 'ledger' | 'providers' | 'drawing' | 'faceless'>,
  emit: (event: RunEvent) => void,
): RunnerContext {
  const { config, host, trace, clean } = project;
  return {
    ...parts,
    now: host.now,
    elapsed: host.elapsed,
    sleep: host.sleep,
    random: host.random,
    newKey: host.newKey,
    download: async (url, partPath, how) => {
      const { downloadImage } = await import('../images/download.ts');
      return downloadImage(url, partPath, { ...how, fetch: host.fetch });
    },
    freeBytes,
    outputs: () => [config.output, ...parts.ledger.maintenance.outputs()],
    tell: emit,
    trace,
    clean,
    imageName: imageFilename,
  };
}
