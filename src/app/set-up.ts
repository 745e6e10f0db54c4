/** Whether a provider has what it takes to be asked. */
import type { Candidate } from './choice.ts';
import type { Project } from './project.ts';
import type { Services } from './services.ts';

/** What the config has for a provider: settings of its own, the defaults, or none where it can't do without. */
type Section = 'own' | 'defaults' | 'missing';

export async function sectionOf(
  { config, services }: Pick<Project, 'config' | 'services'>,
  name: string,
): Promise<Section> {
  const { optionsSchema } = await services.module(name);
  const own = config.providers[name];
  const defaults = optionsSchema.safeParse({});
  if (own === undefined) return defaults.success ? 'defaults' : 'missing';
  return JSON.stringify(own) === JSON.stringify(defaults.data) ? 'defaults' : 'own';
}

/**
 * Why a provider can't be asked; undefined: it is set up. A service needs its key; a server of one's own, and another
 * one without a key, a section in the config. What draws on this machine needs nothing.
 */
export function missingOf(services: Services, name: string, section: Section): Candidate['missing'] {
  const { keyVariables, draws = false, ownServer = false } = services.entry(name);
  const needsKey = keyVariables.length > 0 && !ownServer;
  if (needsKey && services.keyVariable(name) === undefined)
    return { why: `no key: ${keyVariables.join(' or ')} is not set`, isKey: section !== 'missing' };
  const isSetUp = section === 'own' || (section === 'defaults' && (needsKey || draws));
  return isSetUp ? undefined : { why: `not set up: the config has no providers.${name}`, isKey: false };
}
