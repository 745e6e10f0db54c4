import { configuredCharacter, ensureCharacter, knownCharacter } from '../app/characters.ts';
import { printDryRun } from '../terminal/dry-run.ts';
import { generate } from '../app/generate.ts';
import { existingLedger, withHouse, type CommonFlags, type House } from '../app/house.ts';
import { attributesOf, openPack, referencesFor, settingsFor } from '../app/jobs.ts';
import { continueNumbers } from '../app/numbers.ts';
import { assertFits } from '../app/preflight.ts';
import { readyProvider } from '../app/services.ts';
import type { Host } from '../host.ts';
import { UserError, type ExitCode } from '../errors.ts';
import type { Job, RegisteredCharacter } from '../ledger/records.ts';
import { planPack } from '../plan/plan.ts';
import { createCharacter, type Character } from '../character.ts';

/** Most pictures of one pack. */
const COUNT_MAX = 100_000;

/** `imggen pack [character] --count N`: N gallery pictures. */
export function pack(host: Host, id: string | undefined, flags: CommonFlags & { count?: string }): Promise<ExitCode> {
  const count = countOf(flags.count);
  return withHouse<ExitCode>(host, flags, { configOptional: id !== undefined }, async (house) => {
    const configured = configuredOrNone(house, id);
    const subject = configured ?? subjectOf(knownCharacter(house, existingLedger(house), id ?? ''));
    const references = configured || house.hasLedger() ? referencesOf(house, subject.id, configured) : [];
    const settings = await settingsFor(house, subject.attributes, references);
    const ready = await readyProvider({ ...house.config, provider: settings.provider }, host, settings.provider);
    assertFits(settings, ready);
    if (flags.dryRun) {
      const from = house.hasLedger() ? (house.ledger().characters.find(subject.id)?.galleryPlanned ?? 0) : 0;
      printDryRun(house, [{ characterId: subject.id, settings, ready, shots: planPack(subject, count, from) }]);
      return 0;
    }
    const row = configured
      ? ensureCharacter(house, configured, flags.relock === true)
      : knownCharacter(house, house.ledger(), subject.id);
    await continueNumbers(house, row);
    const opened = openPack(house, row, settings, count);
    return generate(house, { jobs: [opened.job], notices: opened.created ? [] : [continuation(house, opened.job)] });
  });
}

/** The config's character, unless another one was named. */
function configuredOrNone(house: House, id: string | undefined): Character | undefined {
  if (id === undefined) return configuredCharacter(house);
  if (!house.config.character) return undefined;
  const configured = createCharacter(house.config.character, { seed: house.config.seed });
  return configured.id === id ? configured : undefined;
}

function subjectOf(row: RegisteredCharacter) {
  return { id: row.id, attributes: attributesOf(row), seed: row.seed };
}

function referencesOf(house: House, id: string, configured: Character | undefined): readonly string[] {
  return configured ? configured.references : referencesFor(house.ledger(), id, configured);
}

// Not commander's own required option: its complaint would hide a mistyped `--cuont`.
function countOf(text: string | undefined): number {
  if (text === undefined)
    throw new UserError('how many pictures? --count is missing', { hint: 'for example: imggen pack --count 8' });
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= COUNT_MAX) return count;
  throw new UserError(
    `--count: expected a whole number from 1 to ${COUNT_MAX}, got ${JSON.stringify(text.slice(0, 40))}`,
    {
      hint: 'for example: imggen pack --count 8',
    },
  );
}

function continuation(house: House, job: Job): string {
  const done = house.ledger().jobs.counts(job.id).done;
  const how = job.key === null ? 'add --new to start another' : `it is named ${JSON.stringify(job.key)}`;
  return `going on with job ${job.id}: ${done} of ${job.imageCount} pictures are there (${how})`;
}
