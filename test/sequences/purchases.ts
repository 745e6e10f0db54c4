/** Charges of the services, each with the shot that it was for. */
import type { Charge } from '../emulators/service.ts';
import type { JobRow, ShotRow, Snapshot } from './snapshot.ts';

/** One charge that was understood. */
export interface Purchase {
  charge: Charge;
  provider: string;
  shot: ShotRow;
  job: JobRow;
  /** What tells the same picture at the same service: model, prompt and seed; without a seed, the shot. */
  sameAs: string;
}

/** A service without seeds. */
export const SEEDLESS = 'openai';

/** What a charge is known by: `sameAs` of a shot at a service. */
export function sameAs(provider: string, model: string, shot: ShotRow): string {
  const what = provider === SEEDLESS ? `shot ${shot.id}` : `seed ${shot.seed}: ${shot.prompt}`;
  return `${provider} ${model}, ${what}`;
}

/** Finds the shots of new charges; those that are of no shot are told in `orphans`. */
export function purchasesOf(
  charges: readonly Charge[],
  after: Snapshot,
  known: ReadonlySet<number>,
): { purchases: Purchase[]; orphans: Charge[] } {
  const taken = new Set(known);
  const purchases: Purchase[] = [];
  const orphans: Charge[] = [];
  for (const charge of charges) {
    const attempt = attemptOf(charge, after, taken);
    const shot = after.shots.find(({ id }) => id === attempt?.shotId);
    const job = after.jobs.find(({ id }) => id === shot?.jobId);
    if (!attempt || !shot || !job) {
      orphans.push(charge);
      continue;
    }
    taken.add(attempt.id);
    const provider = charge.service;
    purchases.push({ charge, provider, shot, job, sameAs: sameAs(provider, attempt.model, shot) });
  }
  return { purchases, orphans };
}

/** By the id that the service gave, else by what was asked for. */
function attemptOf({ id, service, note }: Charge, { attempts, shots }: Snapshot, taken: ReadonlySet<number>) {
  const here = attempts.filter((attempt) => attempt.provider === service);
  const named = here.find(({ remoteId }) => remoteId === id);
  if (named) return named;
  const asked = new Set(
    shots
      .filter(({ prompt, seed }) => prompt === note?.['prompt'] && (service === SEEDLESS || seed === note['seed']))
      .map((shot) => shot.id),
  );
  const likewise = here.filter(({ shotId, remoteId }) => asked.has(shotId) && remoteId === null);
  const fresh = likewise.filter((attempt) => !taken.has(attempt.id));
  // Avatars to choose from have one prompt: of two, the one whose request was announced was charged.
  return fresh.find(({ isSent }) => isSent !== 0) ?? fresh[0] ?? likewise.at(-1);
}
