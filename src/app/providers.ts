import { UserError } from '../errors.ts';
import type { ModelRecord } from '../providers/capabilities.ts';
import { autoPreview, type ChoosingProject } from './auto.ts';
import type { Choice } from '../events.ts';
import type { Project } from './project.ts';
import { capabilitiesOf } from './models.ts';
import { sectionOf } from './set-up.ts';

const CHECK_TIMEOUT_MS = 20_000;

/** Health as a service told it. */
export interface ServiceHealth {
  ok: boolean;
  message: string;
}

/** A provider, what its models can do, and whether its key is there. */
export interface ProviderInfo {
  name: string;
  /** Variables of its key, first found wins; empty: it needs none. */
  keyVariables: readonly string[];
  /** The variable that holds the key. */
  keyFound: string | undefined;
  /** Models that are not retired. */
  models: readonly ModelRecord[];
  /** Asked with `check`, where there is a key or none is needed. */
  health?: ServiceHealth;
}

/** All providers, and the store of the config. */
export interface ProvidersInfo {
  /** The provider that the config chooses, or `auto` for one gallery picture with the face; null: `auto` takes none. */
  chosen: string | null;
  /** What `auto` takes for one gallery picture with the face, and why. */
  auto: Choice;
  providers: readonly ProviderInfo[];
  /** Asked with `check`, where a store is configured. */
  storage?: ServiceHealth & { name: string };
}

/**
 * What there is, what it costs and can do; `check` asks the services whether they answer and the keys are good. Free.
 */
export async function listProviders(
  project: ChoosingProject & Pick<Project, 'clean'>,
  { check = false }: { check?: boolean | undefined } = {},
): Promise<ProvidersInfo> {
  const { config, services } = project;
  const providers: ProviderInfo[] = [];
  for (const name of services.providerNames) {
    const module = await services.module(name);
    const { keyVariables: all, ownServer = false } = services.entry(name);
    const keyFound = services.keyVariable(name);
    const keyVariables = ownServer && keyFound === undefined ? [] : all;
    const isNamed = config.provider === name || config.fallback.includes(name);
    const isTold = isNamed || (await sectionOf(project, name)) === 'own';
    const canAsk = ownServer ? isTold : keyFound !== undefined || keyVariables.length === 0;
    providers.push({
      name,
      keyVariables,
      keyFound,
      models: await modelsOf(
        project,
        name,
        module.models.filter((model) => model.retired === undefined),
      ),
      ...(check && canAsk ? { health: await providerHealth(project, name) } : {}),
    });
  }
  const store = config.storage.provider;
  const storage = check && store !== 'none' ? { name: store, ...(await storeHealth(project, store)) } : undefined;
  const auto = await autoPreview(project);
  const chosen = config.provider === 'auto' ? auto.provider : config.provider;
  return { chosen, auto, providers, ...(storage ? { storage } : {}) };
}

/** As they are set up here, the one that is used first; one that can't be made ready as they are in general. */
async function modelsOf(
  { services }: Pick<Project, 'services'>,
  name: string,
  models: readonly ModelRecord[],
): Promise<readonly ModelRecord[]> {
  try {
    const { provider, model: standard } = await services.forPlans().provider(name);
    const here = models.map((model) => ({ ...model, capabilities: capabilitiesOf(provider, model) }));
    return here.toSorted((a, b) => Number(b.id === standard) - Number(a.id === standard));
  } catch (error) {
    if (error instanceof UserError) return models;
    throw error;
  }
}

function providerHealth(project: Pick<Project, 'services' | 'clean'>, name: string): Promise<ServiceHealth> {
  return told(project, async () => {
    const { provider } = await project.services.provider(name);
    return provider.check({ signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
  });
}

function storeHealth(project: Pick<Project, 'services' | 'clean'>, name: string): Promise<ServiceHealth> {
  return told(project, async () => (await project.services.store(name)).check(AbortSignal.timeout(CHECK_TIMEOUT_MS)));
}

async function told({ clean }: Pick<Project, 'clean'>, ask: () => Promise<ServiceHealth>): Promise<ServiceHealth> {
  try {
    const { ok, message } = await ask();
    return { ok, message: clean(message) };
  } catch (error) {
    if (error instanceof UserError) return { ok: false, message: clean(error.message) };
    throw error;
  }
}
