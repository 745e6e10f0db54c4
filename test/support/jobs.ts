/** A character, a job and a run around the simulated service. */
import { readdirSync, rmSync, mkdtempSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { JobRequest } from '../../src/ledger/new-job.ts';
import type { Job, JobSettings } from '../../src/ledger/records.ts';
import { imageFilename } from '../../src/names.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { ReadyProvider, RunnerContext, RunnerOptions } from '../../src/runner/context.ts';
import type { PlannedShot } from '../../src/shot.ts';
import { settingsOf } from './settings.ts';

/** A folder of its own. */
export function newFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `imggen-${name}-`));
}

/** Deletes a folder made by `newFolder`. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A planned shot. */
export function plannedShot(name: string, kind: PlannedShot['kind'] = 'gallery', seed = 7): PlannedShot {
  return {
    name,
    kind,
    seed,
    prompt: `${name} of Mira`,
    look: {
      pose: 'standing',
      angle: 'front',
      expression: 'neutral',
      framing: 'waist up',
      light: 'soft',
      background: 'grey',
      setting: 'plain',
    },
  };
}

/** `n` gallery shots. */
export function galleryShots(n: number): PlannedShot[] {
  return Array.from({ length: n }, (_, i) => plannedShot(`gallery-${String(i + 1).padStart(4, '0')}`));
}

/** Registers Mira and makes a job for her. */
export function makeJob(
  ledger: Ledger,
  output: string,
  wanted: { shots: readonly PlannedShot[]; settings?: Partial<JobSettings> } & Partial<Omit<JobRequest, 'settings'>>,
): Job {
  const { shots, settings, ...rest } = wanted;
  const { character } = ledger.characters.register({
    id: 'mira',
    name: 'Mira',
    seed: 7,
    attributes: { name: 'Mira', distinctiveFeatures: [], style: 'photo' },
    locked: {},
  });
  return ledger.jobs.openOrCreate({
    characterKey: character.key,
    kind: 'pack',
    fingerprint: 'f',
    priority: 1,
    imageCount: shots.length,
    plan: () => shots,
    settings: settingsOf({ output, concurrency: 2, ...settings }),
    ...rest,
  }).job;
}

/** A provider as the runner takes it. */
export function ready(provider: Provider, more: Partial<ReadyProvider> = {}): ReadyProvider {
  return {
    provider,
    model: provider.defaultModel,
    scope: `${provider.name}:k`,
    intervalMs: 0,
    ...more,
  };
}

/** A context with quiet defaults. */
export function contextOf(
  parts: Pick<RunnerContext, 'ledger' | 'now' | 'elapsed' | 'sleep' | 'download' | 'newKey'> &
    Partial<RunnerContext> & { provide: readonly ReadyProvider[] },
): RunnerContext {
  const { provide, ...rest } = parts;
  return {
    random: () => 0.5,
    tell: () => {},
    trace: () => {},
    clean: (text) => text,
    imageName: imageFilename,
    freeBytes: async () => 1e12,
    outputs: () => [],
    providers: new Map(provide.map((one) => [one.provider.name, one])),
    ...rest,
  };
}

/** A run that nobody stops. */
export function optionsOf(jobIds: readonly number[], more: Partial<RunnerOptions> = {}): RunnerOptions {
  return {
    jobIds,
    drain: new AbortController().signal,
    abort: new AbortController().signal,
    ...more,
  };
}

/** The pictures of Mira on disk. */
export function picturesIn(output: string): string[] {
  const folder = join(output, 'mira');
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.startsWith('mira_image_'))
        .sort()
    : [];
}
