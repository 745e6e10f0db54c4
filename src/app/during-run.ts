import type { Project } from './project.ts';
import { ReferenceFiles } from './reference-files.ts';

/** Makes a project one of the run. */
export type ForRun = (project: Project) => Project;

/**
 * Does the work of a run, for which its projects fetch their reference pictures. In the end those are removed that no
 * job refers to: what was not agreed to leaves nothing. @param stopped aborted: nothing is fetched any more.
 */
export async function duringRun<T>(
  { config, host, ledger }: Project,
  stopped: AbortSignal,
  work: (forRun: ForRun) => Promise<T>,
): Promise<T> {
  const references = new ReferenceFiles(config, host, stopped);
  try {
    return await work((project) => ({ ...project, services: project.services.forRun(references) }));
  } finally {
    await references.removeUnless((path) => {
      try {
        return ledger.exists && ledger.open().maintenance.isReferred(path);
      } catch {
        return true; // a ledger that can't be read: `clean` lists it later
      }
    });
  }
}
