/** What stands in for pictures that failed: drawn at the end of a run, and taken away with what it belongs to. */
import { existsSync } from 'node:fs';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { removePlaceholder } from '../runner/after/placeholders.ts';
import type { RunnerContext, RunnerResult, StopSignals } from '../runner/context.ts';
import { fillWithPlaceholders } from '../runner/placeholders.ts';
import type { Leftover } from './leftovers.ts';
import type { Project } from './project.ts';

/** Stops after which nothing more can be written. */
const NO_PLACE = new Set<string | undefined>(['disk', 'ledger', 'busy', 'interrupted']);

/** Fills the failed shots of the jobs that ask for it; an interrupted run leaves that to the next one. */
export async function fillFailed(
  { services }: Pick<Project, 'services'>,
  context: RunnerContext,
  { jobs, ended, signals }: { jobs: readonly Job[]; ended: RunnerResult; signals: StopSignals },
): Promise<void> {
  const wanted = jobs.filter(({ settings }) => settings.placeholders);
  const [name] = services.drawing;
  if (wanted.length === 0 || name === undefined || NO_PLACE.has(ended.stop?.reason) || signals.drain.aborted) return;
  if (wanted.every(({ id }) => context.ledger.placeholders.missing(id).length === 0)) return;
  const drawing = await services.provider(name);
  await fillWithPlaceholders(context, wanted, { drawing, signal: signals.abort });
}

/** Takes all placeholders of a character away. */
export async function removePlaceholders(ledger: Ledger, characterKey: number): Promise<void> {
  for (const placeholder of ledger.placeholders.ofCharacter(characterKey)) await removePlaceholder(ledger, placeholder);
}

/** Placeholders of shots that are made by now: a crash came between the picture and their removal. */
export function placeholdersLeft(ledger: Ledger, characterId: string): Leftover[] {
  return ledger.placeholders.leftOver(characterId).map((placeholder) => ({
    kind: 'placeholder of a picture that is there',
    characterId,
    what: placeholder.path,
    sizeBytes: 0,
    remove: async () => {
      const wasThere = existsSync(placeholder.path);
      await removePlaceholder(ledger, placeholder);
      return wasThere;
    },
  }));
}
