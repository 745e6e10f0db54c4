/** What pictures are made with: the provider that is named, or the one that `auto` takes for them. */
import type { JobSettings } from '../ledger/records.ts';
import type { WantedPictures } from './auto.ts';
import type { Choice } from '../events.ts';
import { settingsWith } from './job-settings.ts';
import type { Project } from './project.ts';

/** The settings of a new job, and how its provider came to be. */
export interface MadeWith {
  settings: JobSettings;
  /** Of `auto`; undefined: the provider was named. */
  choice: (Choice & { provider: string }) | undefined;
  /** The same with the providers that `auto` could take another day: an unfinished job of one of them goes on. */
  alternatives: readonly JobSettings[];
}

/**
 * What pictures are made with. `provider`: not the config's; with `auto`, the one that keeps what they promise at the
 * least price. @throws {UserError} when there is none.
 */
export async function settingsFor(
  { config, services, ...project }: Pick<Project, 'config' | 'services' | 'ledger' | 'host'>,
  wanted: WantedPictures,
  provider: string = config.provider,
): Promise<MadeWith> {
  const auto =
    provider === 'auto'
      ? await (await import('./auto.ts')).autoChoice({ config, services, ...project }, wanted)
      : undefined;
  const name = auto?.choice.provider ?? provider;
  const ready = await services.provider(name);
  if (config.aspectRatio !== undefined || config.transparent) await services.learn(ready);
  const { character } = wanted;
  const settings = settingsWith(config, name, ready, character);
  const references = await services.references(character.references);
  return { settings: { ...settings, references }, choice: auto?.choice, alternatives: auto?.alternatives ?? [] };
}
