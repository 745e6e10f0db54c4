import type { CharacterInfo } from './app/character-list.ts';
import type { Exported, ExportOptions } from './app/export.ts';
import type { WrittenPage } from './app/gallery-page.ts';
import type { Gallery } from './app/gallery.ts';
import type { GalleryOptions } from './app/gallery-images.ts';
import type { InspectedFile } from './app/inspect.ts';
import type { ModelInfo } from './app/models.ts';
import type { Project } from './app/project.ts';
import type { ProvidersInfo } from './app/providers.ts';
import type { RunResult } from './app/result.ts';
import type { ScoreOptions, ScoreReport } from './app/score.ts';
import type { ImageInfo } from './app/show.ts';
import type { Stats, StatsOptions } from './app/stats.ts';
import type { JobInfo, JobStatus } from './app/status.ts';
import type { TrainOptions, TrainPlan } from './app/train-plan.ts';
import type { Choice, RunEvent } from './events.ts';

/** What a project can be asked. Nothing here makes, changes or sends a picture. */
export class Inquiries {
  /** @internal */
  protected readonly project: Project;

  protected constructor(project: Project) {
    this.project = project;
  }

  /** The characters of the ledger: seed, pictures, face, cost. */
  async characters(): Promise<CharacterInfo[]> {
    return (await import('./app/character-list.ts')).listCharacters(this.project);
  }

  /** Everything that is known of one picture: prompt, seed, attempts, cost, the references that were sent, marks. */
  async show(image: string): Promise<ImageInfo> {
    return (await import('./app/show.ts')).showImage(this.project, image);
  }

  /** What made a file, as it says itself: any PNG, JPEG or WebP. `file` is relative to `cwd`. */
  async inspect(file: string): Promise<InspectedFile> {
    return (await import('./app/inspect.ts')).inspectPicture(this.project, file);
  }

  /** The pictures of a character, newest first. */
  async gallery(characterId: string, options: GalleryOptions = {}): Promise<Gallery> {
    return (await import('./app/gallery.ts')).gallery(this.project, characterId, options);
  }

  /** Writes the gallery as one HTML page. `file` is relative to `cwd`; default: `gallery.html` beside the pictures. */
  async galleryPage(
    characterId: string,
    options: GalleryOptions & { file?: string | undefined } = {},
  ): Promise<WrittenPage> {
    return (await import('./app/gallery-page.ts')).writeGalleryPage(this.project, characterId, options);
  }

  /** Writes the approved training pictures with captions, as a trainer takes them; replaces an earlier export only. */
  async export(characterId: string, options: ExportOptions = {}): Promise<Exported> {
    return (await import('./app/export.ts')).exportTrainingSet(this.project, characterId, options);
  }

  /** What `train` would send, and what it would cost at most. Sends and writes nothing. */
  async planTrain(options: TrainOptions): Promise<TrainPlan> {
    const project = { ...this.project, services: this.project.services.forPlans() };
    return (await (await import('./app/train-plan.ts')).planTraining(project, options)).told;
  }

  /** How a job stands; without a name the only unfinished one, or the newest. */
  async status(job?: string): Promise<JobStatus> {
    return (await import('./app/status.ts')).jobStatus(this.project, job);
  }

  /**
   * The events of a job that another process runs, as it commits them, until the job has ended or nobody works on it.
   */
  async *watch(job?: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<RunEvent> {
    const { watchJob } = await import('./app/watch.ts');
    yield* watchJob(this.project, job, options.signal ?? new AbortController().signal);
  }

  /** How a watched job stands, summed up as a run of it would be. */
  async watched(job?: string): Promise<RunResult> {
    return (await import('./app/watch.ts')).watchedResult(this.project, job);
  }

  /** The newest jobs first. */
  async jobs(limit?: number): Promise<JobInfo[]> {
    return (await import('./app/status.ts')).jobHistory(this.project, limit);
  }

  /** Success rates, speed and spending. */
  async stats(options: StatsOptions = {}): Promise<Stats> {
    return (await import('./app/stats.ts')).stats(this.project, options);
  }

  /**
   * How alike the faces are in pictures of a character, of a folder, or files. Computed on this machine: no picture and
   * no embedding leaves it. Needs neither a config nor a ledger. @throws {UserError}
   */
  async score(options: ScoreOptions): Promise<ScoreReport> {
    return (await import('./app/score.ts')).score(this.project, options);
  }

  /** Models, how each keeps a face, and the price of a picture of this config. Asks nobody. */
  async models(options: { provider?: string | undefined } = {}): Promise<ModelInfo[]> {
    return (await import('./app/models.ts')).listModels(this.project, options);
  }

  /** What `auto` takes for one gallery picture with the face, as the config is, and why. Asks nobody. */
  async autoChoice(): Promise<Choice> {
    return (await import('./app/auto.ts')).autoPreview(this.project);
  }

  /** What there is to make pictures with; `check` asks the services whether they answer. */
  async providers(options: { check?: boolean | undefined } = {}): Promise<ProvidersInfo> {
    return (await import('./app/providers.ts')).listProviders(this.project, options);
  }
}
