import type { Attempt, Image, Score, ScoreDetails } from '../ledger/records.ts';
import { usdOf } from '../money.ts';
import { pictureOf, type Picture } from './gallery.ts';
import { shownImage } from './images.ts';
import type { Project } from './project.ts';
import { sentReferences, type SentReference } from './sent-with.ts';

/** A request that was made for a picture. */
export interface AttemptInfo {
  /** 1 for the first. */
  attempt: number;
  provider: string;
  model: string;
  /** How it ended; null: it has not. */
  outcome: string | null;
  message: string | null;
  remoteId: string | null;
  /** It went in a batch, at the price of one. */
  batch: boolean;
  /** Weights of the character's LoRA that it was asked for with; null: none. */
  lora: string | null;
  /** ISO 8601. */
  startedAt: string;
  durationMs: number | null;
  costUsd: number;
  references: readonly SentReference[];
}

/** How alike a face is, by one network. */
export interface ImageScore extends Omit<Score, 'imageId' | 'atMs' | 'details'>, ScoreDetails {
  /** ISO 8601. */
  comparedAt: string;
}

/** Everything that is known of one picture. */
export interface ImageInfo extends Picture {
  characterId: string;
  negativePrompt: string | null;
  quality: string | null;
  /** What is known of its face, the newest comparison first; empty: it was not compared. */
  scores: readonly ImageScore[];
  /** It goes along with all later pictures as the face. */
  isAvatar: boolean;
  /** File name of the take that has replaced it. */
  supersededBy: string | null;
  /** Every request for it, also those that failed. */
  attempts: readonly AttemptInfo[];
}

/** Everything that is known of one picture. @throws {UserError} for a name that is none. */
export async function showImage(
  project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services'>,
  name: string,
): Promise<ImageInfo> {
  const image = shownImage(project, name);
  const ledger = project.ledger.openExisting();
  const job = image.jobId === null ? undefined : ledger.jobs.find(image.jobId);
  const attempts = image.shotId === null ? [] : ledger.attempts.ofShot(image.shotId);
  const sent = sentReferences(ledger);
  const can = await capabilitiesOf(project.services, image);
  return {
    ...(await pictureOf(image, project.services)),
    likeness: ledger.scores.of(image.id)[0]?.score ?? null,
    scores: ledger.scores.of(image.id).map(scoreInfo),
    ...sent.ofImage(image),
    characterId: image.characterId,
    negativePrompt:
      image.prompt === '' || can?.negativePrompt === false ? null : (job?.settings.negativePrompt ?? null),
    quality: image.prompt === '' ? null : (job?.settings.quality ?? null),
    isAvatar: ledger.images.avatar(image.characterKey)?.id === image.id,
    supersededBy: image.supersededBy === null ? null : (ledger.images.find(image.supersededBy)?.filename ?? null),
    attempts: attempts.map(({ attempt, spentMicros }) =>
      attemptInfo(attempt, usdOf(spentMicros), sent.told(image.characterKey, attempt.request.references)),
    ),
  };
}

function scoreInfo({ model, score, distances, details, atMs }: Score): ImageScore {
  return { model, score, distances, ...details, comparedAt: new Date(atMs).toISOString() };
}

function attemptInfo(attempt: Attempt, costUsd: number, references: SentReference[]): AttemptInfo {
  const { ordinal, provider, model, outcome, message, remoteId, request, intentAtMs, endedAtMs } = attempt;
  return {
    attempt: ordinal,
    provider,
    model,
    outcome,
    message,
    remoteId,
    batch: request.batch === true,
    lora: request.lora ?? null,
    startedAt: new Date(intentAtMs).toISOString(),
    durationMs: endedAtMs === null ? null : endedAtMs - intentAtMs,
    costUsd,
    references,
  };
}

/** What the model of a picture can do; undefined: it is not listed. */
async function capabilitiesOf(services: Project['services'], { provider, model }: Image) {
  if (!services.providerNames.includes(provider)) return undefined;
  const { models } = await services.module(provider);
  return models.find(({ id }) => id === model)?.capabilities;
}
