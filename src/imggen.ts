import type { AdoptedResult, AdoptOptions } from './app/adopt.ts';
import type { Canceled } from './app/cancel.ts';
import type { Cleaned, Findings } from './app/clean.ts';
import type { AvatarOptions } from './app/avatars.ts';
import type { CreateOptions } from './app/first-pictures.ts';
import type { ForRun } from './app/during-run.ts';
import type { Deleted, DeleteOptions } from './app/delete.ts';
import type { DryJob } from './app/dry-run.ts';
import type { EditOptions } from './app/edit.ts';
import type { Leftover } from './app/leftovers.ts';
import type { MarkOptions, Marks } from './app/marks.ts';
import { openingOf, type OpenOptions } from './app/open.ts';
import type { Outside } from './app/opened-run.ts';
import type { PackOptions } from './app/pack.ts';
import type { PlannedJob } from './app/planned-job.ts';
import { openProject, withOptions, type Project, type ProjectOptions } from './app/project.ts';
import type { RerollOptions } from './app/reroll.ts';
import type { RetryOptions } from './app/resume.ts';
import { Run, type MakeOptions, type RunOptions } from './app/run.ts';
import type { TrainOptions } from './app/train-plan.ts';
import type { Trained } from './app/trained.ts';
import type { UsedImage } from './app/use.ts';
import type { WorkOptions } from './app/work.ts';
import type { Config } from './config/config.ts';
import { Inquiries } from './inquiries.ts';
import { PROVIDERS } from './providers/index.ts';
import { STORES } from './storage/index.ts';

/**
 * A project: a config, its ledger, its providers and its store. Runs start at once and are told of by their handles;
 * queries answer directly. Every method throws (or its run rejects with) `UserError` for what the user can correct.
 */
export class ImgGen extends Inquiries {
  readonly #options: ProjectOptions;

  private constructor(project: Project, options: ProjectOptions) {
    super(project);
    this.#options = options;
  }

  /** Loads and checks the config; writes nothing. @throws {UserError} with every problem at once. */
  static async open(options: OpenOptions = {}): Promise<ImgGen> {
    const { host, project } = openingOf(options, { providers: PROVIDERS, stores: STORES });
    return new ImgGen(await openProject(host, project), project);
  }

  /** The settings in force. They hold no key. */
  get config(): Readonly<Config> {
    return this.project.config;
  }

  /** Registers the config's character, locks its seed, and makes what is missing of avatar and training pictures. */
  createCharacter(options: CreateOptions & MakeOptions & { with?: readonly ImgGen[] } = {}): Run {
    return this.#run(options, async (project, forRun) => {
      const { with: more = [], settings = {} } = options;
      const others = await Promise.all(more.map((other) => withOptions(other.project, other.#options, settings)));
      return (await import('./app/create.ts')).creations([project, ...others.map(forRun)], options);
    });
  }

  /** What `createCharacter` would make, and what it would cost at most. Sends and writes nothing. */
  async planCharacter(options: CreateOptions = {}): Promise<DryJob> {
    return (await import('./app/dry-run.ts')).dryCreation(this.project, options);
  }

  /** Makes candidates of the avatar, each with a seed of its own; `use` chooses one. */
  avatar(options: AvatarOptions & MakeOptions = {}): Run {
    return this.#run(options, async (project) => {
      return [await (await import('./app/avatars.ts')).candidates(project, options)];
    });
  }

  /** What `avatar` would make, and what it would cost at most. Sends and writes nothing. */
  async planAvatar(options: AvatarOptions = {}): Promise<DryJob> {
    return (await import('./app/dry-run.ts')).dryAvatars(this.project, options);
  }

  /** Makes N gallery pictures of a character with varied looks, or of your own scenes. */
  pack(options: PackOptions & MakeOptions): Run {
    return this.#run(options, async (project) => {
      return [await (await import('./app/pack.ts')).packing(project, options)];
    });
  }

  /** What `pack` would make, and what it would cost at most. Sends and writes nothing. */
  async planPack(options: PackOptions): Promise<DryJob> {
    return (await import('./app/dry-run.ts')).dryPack(this.project, options);
  }

  /** Goes on with what is unfinished: all jobs, or one by number or key. With nothing to do the result has no jobs. */
  resume(options: { job?: string | undefined } & MakeOptions = {}): Run {
    return this.#inRun(options, async (project, to) => {
      return (await import('./app/go-on.ts')).resumeJobs(project, options, to);
    });
  }

  /** Goes on with all open jobs, and those that come, until it is stopped, or nothing can go on now. */
  work(options: WorkOptions & MakeOptions = {}): Run {
    return this.#inRun(options, async (project, to) => (await import('./app/work.ts')).workOff(project, options, to));
  }

  /** Tries failed and refused shots again, of a job that is named also a training. Nothing to do: no jobs. */
  retry(options: RetryOptions & MakeOptions = {}): Run {
    return this.#inRun(options, async (project, to) => {
      return (await import('./app/go-on.ts')).retryJobs(project, options, to);
    });
  }

  /** Trains a LoRA from a character's pictures, once `confirm` has said yes; later packs use it. */
  train(options: TrainOptions & MakeOptions): Run<Trained> {
    return this.#inRun(options, async (project, to) => {
      return (await import('./app/train.ts')).trainCharacter(project, options, to);
    });
  }

  /** Makes another take of finished pictures: new seeds, new numbers; the old pictures stay and are marked. */
  reroll(options: RerollOptions & MakeOptions): Run {
    return this.#run(options, async (project) => (await import('./app/reroll.ts')).rerolling(project, options));
  }

  /** What `reroll` would make, and what it would cost at most. Sends and writes nothing. */
  async planReroll(options: RerollOptions): Promise<DryJob[]> {
    return (await import('./app/dry-run.ts')).dryReroll(this.project, options);
  }

  /** Makes new pictures from one that is there, with a model that can edit; it stays as it is. */
  edit(options: EditOptions & MakeOptions): Run {
    return this.#run(options, async (project) => [await (await import('./app/edit.ts')).editing(project, options)]);
  }

  /** What `edit` would make, and what it would cost at most. Sends and writes nothing. */
  async planEdit(options: EditOptions): Promise<DryJob> {
    return (await import('./app/dry-run.ts')).dryEdit(this.project, options);
  }

  /** Stops a job, also one that another process runs, and the work at the provider where it can. */
  async cancel(job: string): Promise<Canceled> {
    return (await import('./app/cancel.ts')).cancelJob(this.project, job);
  }

  /** Makes a picture the face that goes along with all later ones; also one that was drawn, or of another pack. */
  async use(image: string): Promise<UsedImage> {
    return (await import('./app/use.ts')).useImage(this.project, image);
  }

  /** Marks pictures: `review` and `favorite` are independent, what is left out stays. Returns their file names. */
  async mark(images: readonly string[], marks: Marks, options: MarkOptions = {}): Promise<string[]> {
    return (await import('./app/marks.ts')).markImages(this.project, images, marks, options);
  }

  /** Sends pictures to the store that were made without one. With nothing to send the result has no jobs. */
  upload(characterId: string, options: RunOptions = {}): Run {
    return new Run(options, async (signals, emit) => {
      return (await import('./app/upload.ts')).uploadImages(this.project, characterId, { signals, emit });
    });
  }

  /** Fills the ledger with the pictures of a character that the store already holds. */
  async adopt(characterId: string, options: AdoptOptions = {}): Promise<AdoptedResult> {
    return (await import('./app/adopt.ts')).adoptCharacter(this.project, characterId, options);
  }

  /** Lists what belongs to nothing: files, rows, pictures in the store, old parts, rejected ones. Deletes nothing. */
  async leftovers(): Promise<Findings> {
    return (await import('./app/clean.ts')).findLeftovers(this.project);
  }

  /** Deletes leftovers that `leftovers` has listed. */
  async clean(items: readonly Leftover[]): Promise<Cleaned> {
    return (await import('./app/clean.ts')).removeLeftovers(this.project, items);
  }

  /** Removes pictures, or all of a character, from disk, store and gallery, once `confirm` has said yes. */
  async delete(names: readonly string[], options: DeleteOptions): Promise<Deleted> {
    return (await import('./app/delete.ts')).deleteImages(this.project, names, options);
  }

  /** Closes the ledger. Runs must have ended. */
  async close(): Promise<void> {
    this.project.ledger.close();
  }

  #run(options: MakeOptions, plan: (project: Project, forRun: ForRun) => Promise<PlannedJob[]>): Run {
    return this.#inRun(options, async (project, to, forRun) => {
      const jobs = await plan(project, forRun);
      return (await import('./app/run-jobs.ts')).runJobs(project, jobs, options, to);
    });
  }

  #inRun<Result>(
    options: MakeOptions,
    body: (project: Project, to: Outside, forRun: ForRun) => Promise<Result>,
  ): Run<Result> {
    return new Run(options, async (signals, emit) => {
      const opened = await withOptions(this.project, this.#options, options.settings ?? {});
      const { duringRun } = await import('./app/during-run.ts');
      return duringRun(opened, signals.drain, (forRun) => body(forRun(opened), { signals, emit }, forRun));
    });
  }
}
