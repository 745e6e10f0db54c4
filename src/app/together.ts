/** Several configs in one run. */
import { UserError } from '../errors.ts';
import type { Project } from './project.ts';

/**
 * Several characters are one run: their configs must agree on where things are and on how providers are asked.
 * @throws {UserError} that names what differs.
 */
export function assertTogether(projects: readonly Pick<Project, 'config' | 'services'>[]): void {
  const ledgers = new Set(projects.map(({ config }) => config.ledger));
  if (ledgers.size > 1) {
    throw new UserError('these configs keep different ledgers:', {
      problems: [...ledgers],
      hint: 'put the configs into one folder, or name one ledger for all',
      advice: { code: 'choose-ledger' },
    });
  }
  const fallbacks = projects.flatMap(({ config }) => config.fallback);
  const names = new Set([...projects.flatMap(askedBy), ...fallbacks]);
  const different = [...names].filter((name) => {
    const how = { model: fallbacks.includes(name) };
    return new Set(projects.map(({ services }) => services.askedAs(name, how))).size > 1;
  });
  const stores = new Set(projects.map(({ config }) => JSON.stringify(config.storage)));
  const problems = [
    ...different.map((name) => `providers.${name}, or its key`),
    ...(stores.size > 1 ? ['storage'] : []),
  ];
  if (problems.length === 0) return;
  throw new UserError('these configs ask their services in different ways:', {
    problems,
    hint: 'make these sections the same, or run the configs one by one',
  });
}

/** The providers that a config may ask first. */
function askedBy({ config, services }: Pick<Project, 'config' | 'services'>): readonly string[] {
  return config.provider === 'auto' ? services.providerNames : [config.provider];
}
