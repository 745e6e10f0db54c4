/** imggen for programs: open a project, make and list pictures of a character. Prints nothing, never exits. */
export { ImgGen } from './imggen.ts';
export { Run, type MakeOptions, type RunOptions } from './app/run.ts';
export type { Advice } from './advice.ts';
export { ProviderError, StorageError, UserError, type UserErrorKind } from './errors.ts';
export type { Choice, LiveEvent, PublicEvent, RunEvent } from './events.ts';
export type { JobResult, MissingAvatar, RunResult, RunStatus, ShotFailure } from './app/result.ts';
export type { Refusal } from './app/refusals.ts';
export type { OpenOptions } from './app/open.ts';
export type { GivenSettings } from './config/overrides.ts';
export type { SceneInput } from './config/scenes.ts';
export type { StoryContext } from './scene.ts';
export type { Config } from './config/config.ts';
export { defineProvider, type ProviderDefinition, type ProviderModule } from './providers/definition.ts';
export type { ProviderRegistry, ProviderSettings } from './providers/definition.ts';
export type { Capabilities, FaceKeeping, ModelRecord, Price } from './providers/capabilities.ts';
export type { Accepted, CallContext, Collected, Finding, Generated, Health } from './providers/provider.ts';
export type {
  ImageRequest,
  LostAttempt,
  Provider,
  ProviderImage,
  Reference,
  Submission,
} from './providers/provider.ts';
export { defineStorage, type StorageDefinition, type StorageModule } from './storage/storage.ts';
export type { StorageRegistry, StorageSettings } from './storage/storage.ts';
export type { Address, Asset, Storage, Stored, StoredAsset, Variant } from './storage/storage.ts';
export type { AdoptOptions, AdoptedResult } from './app/adopt.ts';
export type { Canceled } from './app/cancel.ts';
export type { AvatarOptions } from './app/avatars.ts';
export type { CharacterInfo } from './app/character-list.ts';
export type { Cleaned, Findings } from './app/clean.ts';
export type { CreateOptions } from './app/first-pictures.ts';
export type { Deleted, DeleteOptions } from './app/delete.ts';
export type { Removed } from './app/removal.ts';
export type { DryJob, DryShot } from './app/dry-run.ts';
export type { EditOptions } from './app/edit.ts';
export type { Exported, ExportedImage, ExportOptions } from './app/export.ts';
export type { WrittenPage } from './app/gallery-page.ts';
export type { Gallery, Picture } from './app/gallery.ts';
export type { GalleryOptions } from './app/gallery-images.ts';
export type { InspectedFile } from './app/inspect.ts';
export type { Leftover } from './app/leftovers.ts';
export type { MarkOptions, Marks } from './app/marks.ts';
export type { PackOptions } from './app/pack.ts';
export type { ModelInfo } from './app/models.ts';
export type { ProviderInfo, ProvidersInfo } from './app/providers.ts';
export type { RerollOptions } from './app/reroll.ts';
export type { RetryOptions } from './app/resume.ts';
export type { ScoredPicture, ScoreOptions, ScoreReport } from './app/score.ts';
export type { PictureScore, SetScore, Unscored } from './faces/score.ts';
export type { Pose } from './faces/embedder.ts';
export type { SentReference } from './app/sent-with.ts';
export type { AttemptInfo, ImageInfo } from './app/show.ts';
export type { LoraInfo, Trained } from './app/trained.ts';
export type { TrainOptions, TrainPlan } from './app/train-plan.ts';
export type { UsedImage } from './app/use.ts';
export type { WorkOptions } from './app/work.ts';
export type { CharacterStats, DaySpending, ModelStats, Stats, StatsOptions } from './app/stats.ts';
export type { JobInfo, JobPicture, JobStatus, OpenBatch } from './app/status.ts';
