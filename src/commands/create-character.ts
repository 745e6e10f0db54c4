import { resolve } from 'node:path';
import { configuredCharacter, ensureCharacter } from '../app/characters.ts';
import { printDryRun, type DryJob } from '../terminal/dry-run.ts';
import { generate } from '../app/generate.ts';
import { openHouse, type CommonFlags, type House } from '../app/house.ts';
import { CREATE_COUNT, openCreate, settingsFor } from '../app/jobs.ts';
import { continueNumbers } from '../app/numbers.ts';
import { assertFits } from '../app/preflight.ts';
import { readyProvider } from '../app/services.ts';
import type { Host } from '../host.ts';
import { UserError, type ExitCode } from '../errors.ts';
import type { Job } from '../ledger/records.ts';
import { planCharacter } from '../plan/plan.ts';

/** `imggen create-character [config…]`: registers characters, locks their seeds, makes what is missing of avatar and training set. */
export async function createCharacters(host: Host, configs: readonly string[], flags: CommonFlags): Promise<ExitCode> {
  const files = configs.length > 0 ? configs.map((file) => resolve(host.cwd, file)) : [undefined];
  const houses: House[] = [];
  const problems: string[] = [];
  try {
    for (const configFile of files) {
      try {
        houses.push(await openHouse(host, flags, { configFile }));
      } catch (error) {
        if (!(error instanceof UserError) || files.length === 1) throw error;
        problems.push(error.message, ...error.problems.map((problem) => `  ${problem}`));
      }
    }
    if (problems.length > 0) throw new UserError('not all configs can be used, nothing was started:', { problems });
    return await createAll(houses, flags);
  } finally {
    for (const house of houses.toReversed()) house.close();
  }
}

async function createAll(houses: readonly House[], flags: CommonFlags): Promise<ExitCode> {
  const [first] = houses;
  if (!first) throw new UserError('name at least one config');
  assertOneLedger(houses);
  const plans = [];
  for (const house of houses) {
    const character = configuredCharacter(house);
    const settings = await settingsFor(house, character.attributes, character.references);
    const ready = await readyProvider({ ...house.config, provider: settings.provider }, house.host, settings.provider);
    assertFits(settings, ready);
    plans.push({ house, character, settings, ready });
  }
  if (flags.dryRun) {
    printDryRun(
      first,
      plans.map(({ character, settings, ready }): DryJob => ({
        characterId: character.id,
        settings,
        ready,
        shots: planCharacter(character),
      })),
    );
    return 0;
  }
  const jobs: Job[] = [];
  const notices: string[] = [];
  for (const { house, character, settings } of plans) {
    const row = ensureCharacter(first, character, flags.relock === true, house.config.owner);
    await continueNumbers(first, row);
    const opened = openCreate(first, row, settings);
    jobs.push(opened.job);
    if (!opened.created) notices.push(continuation(first, opened.job));
  }
  return generate(first, { jobs, notices });
}

/** Several characters are one run with one budget: their configs must agree on where things are. */
function assertOneLedger(houses: readonly House[]): void {
  const ledgers = new Set(houses.map((house) => house.config.ledger));
  if (ledgers.size > 1) {
    throw new UserError('these configs keep different ledgers:', {
      problems: [...ledgers],
      hint: 'put the configs into one folder, or name one ledger for all: --ledger FILE',
    });
  }
}

function continuation(house: House, job: Job): string {
  const done = house.ledger().jobs.counts(job.id).done;
  if (done === job.imageCount)
    return `${job.characterId} is complete: ${done} of ${CREATE_COUNT} pictures, nothing to make`;
  return `going on with job ${job.id}: ${done} of ${job.imageCount} pictures of ${job.characterId} are there`;
}
