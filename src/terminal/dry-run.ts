import type { PlannedShot } from '../shot.ts';
import { jsonLine } from '../views/json.ts';
import { usdOfMicros } from '../views/format.ts';
import type { JobSettings } from '../ledger/records.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { House } from '../app/house.ts';
import { worstOf } from '../app/preflight.ts';

/** One job that would be run. */
export interface DryJob {
  characterId: string;
  settings: JobSettings;
  ready: ReadyProvider;
  shots: Iterable<PlannedShot>;
}

/** Prints shots, seeds, prompts and the worst case; sends and writes nothing. */
export function printDryRun(house: House, jobs: readonly DryJob[]): void {
  const { stdout } = house.host;
  const shown = jobs.map((job) => {
    const shots = [...job.shots].map((shot) => ({
      shot,
      worstMicros: worstOf(job.settings, job.ready, shot.prompt),
    }));
    return { job, shots, worstMicros: shots.reduce((sum, one) => sum + one.worstMicros, 0), known: isKnown(job) };
  });
  if (house.flags.json) {
    stdout.write(`${jsonLine({ dryRun: true, jobs: shown.map(asJson) })}\n`);
    return;
  }
  for (const { job, shots, worstMicros, known } of shown) {
    const { settings } = job;
    stdout.write(
      `${job.characterId} · ${settings.provider} ${settings.model} · ${settings.width}x${settings.height} · ${shots.length} pictures\n\n`,
    );
    for (const { shot } of shots) stdout.write(`${shot.name}  seed ${shot.seed}\n  ${house.clean(shot.prompt)}\n`);
    if (settings.negativePrompt) stdout.write(`\nnegative prompt: ${house.clean(settings.negativePrompt)}\n`);
    stdout.write(
      `\nworst case: ${known ? usdOfMicros(worstMicros) : 'unknown: nobody knows the price of this model'}. Nothing was sent, nothing was written.\n`,
    );
  }
}

function isKnown({ settings, ready }: DryJob): boolean {
  return (
    ready.provider.price({
      model: settings.model,
      width: settings.width,
      height: settings.height,
      quality: settings.quality,
      prompt: '',
      references: [],
    }) !== undefined
  );
}

function asJson(one: {
  job: DryJob;
  shots: { shot: PlannedShot; worstMicros: number }[];
  worstMicros: number;
  known: boolean;
}) {
  const { settings } = one.job;
  return {
    characterId: one.job.characterId,
    provider: settings.provider,
    model: settings.model,
    size: `${settings.width}x${settings.height}`,
    worstCaseUsd: one.known ? one.worstMicros / 1e6 : null,
    shots: one.shots.map(({ shot, worstMicros }) => ({
      shot: shot.name,
      kind: shot.kind,
      seed: shot.seed,
      prompt: shot.prompt,
      negativePrompt: settings.negativePrompt ?? null,
      worstCaseUsd: worstMicros / 1e6,
    })),
  };
}
