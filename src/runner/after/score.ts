import type { Embedder, PictureFaces } from '../../faces/embedder.ts';
import { judgedAsPack } from '../../faces/pack.ts';
import { scoreSet, type PictureScore, type ReadPicture } from '../../faces/score.ts';
import { SeenPictures } from '../../faces/similar.ts';
import type { Image, Job } from '../../ledger/records.ts';
import { FACE_SIDE_PX_MIN } from '../../ledger/scores.ts';
import { comparesFaces } from '../../ledger/settings.ts';
import type { AfterSave, AfterSaveParts, FaceParts } from './after.ts';
import { comparedWith, type Compared } from './compared-with.ts';
import { keptScore, readOrTell, tellFaceless, undecodable } from './readings.ts';

/** The step for jobs whose faces are compared; none where no job has such. */
export function scores(parts: AfterSaveParts): AfterSave | undefined {
  const jobs = parts.jobIds.flatMap((id) => parts.ledger.jobs.find(id) ?? []);
  const scored = jobs.filter(({ settings }) => comparesFaces(settings));
  return parts.faces && scored.length > 0 ? new Scoring(parts, parts.faces, scored) : undefined;
}

/** A picture of a job, to be read. */
interface Waiting {
  image: Image;
  job: Job;
  /** It was made in this run: another take of it was agreed to. */
  isNew: boolean;
}

/** Compares faces beside the run, one picture at a time and in a thread of its own; asks for other takes. */
class Scoring implements AfterSave {
  readonly name = 'score';
  private readonly parts: AfterSaveParts;
  private readonly faces: FaceParts;
  private readonly jobs: readonly Job[];
  private embedder: Embedder | undefined;
  private queue: Promise<void> = Promise.resolve();
  /** What each job's pictures are compared with, once it is known. */
  private readonly compared = new Map<number, Compared>();
  /** Pictures that are compared with each other once all are there, by job. */
  private readonly packs = new Map<number, { job: Job; pictures: { waiting: Waiting; read: ReadPicture }[] }>();
  /** How many of them were there when they were compared last. */
  private readonly scored = new Map<number, number>();
  /** What the pictures of each job look like. */
  private readonly seen = new SeenPictures();
  /** Images that this run compares, has compared, or could not. */
  private readonly added = new Set<number>();
  /** Pictures that are not compared yet. */
  private waiting = 0;
  /** The networks are loaded. */
  private hasRead = false;
  private tookMore = false;
  private told = false;
  /** File names of pictures in which no face was found. */
  private readonly faceless = new Set<string>();

  constructor(parts: AfterSaveParts, faces: FaceParts, jobs: readonly Job[]) {
    this.parts = parts;
    this.faces = faces;
    this.jobs = jobs;
  }

  start(): void {
    for (const job of this.jobs) this.addMissing(job);
  }

  /** Pictures of earlier runs that have no score: they get one, and no other take. */
  private addMissing(job: Job): void {
    const { ledger, drawing } = this.parts;
    for (const id of ledger.scores.missing(job.id, drawing)) {
      const image = this.added.has(id) ? undefined : ledger.images.find(id);
      if (image) this.add({ image, job, isNew: false });
    }
  }

  saved(image: Image, job: Job): void {
    if (comparesFaces(job.settings)) this.add({ image, job, isNew: true });
  }

  async settled(): Promise<boolean> {
    this.tellWaiting();
    await this.queue;
    const { ledger, drain } = this.parts;
    // What a process left that has ended meanwhile; one that runs compares its own.
    for (const job of this.jobs)
      if (!drain.aborted && ledger.queries.workersBeside([job.id]).length === 0) this.addMissing(job);
    await this.queue;
    for (const { job } of this.packs.values()) if (!this.parts.drain.aborted) this.scorePack(job);
    const more = this.tookMore;
    this.tookMore = false;
    return more;
  }

  async finish(): Promise<void> {
    try {
      await this.settled();
      tellFaceless([...this.faceless], this.parts);
    } finally {
      await this.embedder?.close();
    }
  }

  private add(waiting: Waiting): void {
    const { image } = waiting;
    this.added.add(image.id);
    const isDrawn = this.parts.drawing?.has(image.provider) === true;
    if (isDrawn || Math.max(image.width, image.height) < FACE_SIDE_PX_MIN || image.path === null) return;
    this.waiting += 1;
    this.queue = this.queue
      .then(() => this.score(waiting))
      .catch((error: unknown) => this.failed(image, error))
      .finally(() => (this.waiting -= 1));
  }

  /** Loading the networks takes seconds, half a minute on a busy machine: nothing else is told meanwhile. */
  private tellWaiting(): void {
    const { drain, tell } = this.parts;
    if (this.waiting === 0 || this.hasRead || drain.aborted) return;
    const faces = this.waiting === 1 ? 'the face in 1 picture' : `the faces in ${this.waiting} pictures`;
    tell({ event: 'notice', level: 'info', message: `comparing ${faces}, on this machine` });
  }

  private failed(image: Image, error: unknown): void {
    const { trace, tell, clean } = this.parts;
    const message = clean(error instanceof Error ? error.message : String(error));
    trace('score-failed', { filename: image.filename, message });
    if (!this.told)
      tell({ event: 'notice', level: 'warn', message: `the face in ${image.filename} was not compared: ${message}` });
    this.told = true;
  }

  private async score(waiting: Waiting): Promise<void> {
    const { drain } = this.parts;
    const { image, job } = waiting;
    if (drain.aborted || image.path === null) return;
    const compared = await this.comparedOf(job, image);
    if (compared.against === 'pack' && job.settings.score === 'with-face') return;
    const faces = await readOrTell(image, (path) => this.read(path), this.parts);
    // Told to stop meanwhile: a later run, or a person, has it compared.
    if (drain.aborted) return;
    const read = { name: image.filename, faces };
    if (!faces) return this.write(waiting, { score: undecodable(image), against: compared.against, read });
    if (compared.against === 'pack' && faces.faces.length > 0) {
      const { pictures } = this.packs.get(job.id) ?? { pictures: [] };
      this.packs.set(job.id, { job, pictures: [...pictures, { waiting, read }] });
      return;
    }
    const [score] = scoreSet([read], compared.references).pictures;
    if (score) this.write(waiting, { score, against: compared.against, read });
  }

  /** What pictures of a job are compared with; the avatar may be made by the job itself. */
  private async comparedOf(job: Job, image: Image): Promise<Compared> {
    const before = this.compared.get(job.id);
    if (before && (before.against !== 'pack' || image.kind !== 'avatar')) return before;
    const { ledger, drawing, outputs } = this.parts;
    const read = (path: string) => this.read(path);
    const compared = await comparedWith({ ledger, drawing, outputs: outputs(), read }, job);
    this.compared.set(job.id, compared);
    return compared;
  }

  private async read(path: string): Promise<PictureFaces> {
    this.embedder ??= await this.faces.startEmbedder();
    const faces = await this.embedder.read(path);
    this.hasRead = true;
    return faces;
  }

  private write(
    { image, job, isNew }: Waiting,
    of: { score: PictureScore; against: Compared['against']; read: ReadPicture; isBelow?: boolean },
  ): void {
    const { ledger } = this.parts;
    const { minConsistency = 0, rerolls = 0, keepFaces } = job.settings;
    const embedding = keepFaces ? of.read.faces?.faces[0]?.descriptor : undefined;
    const kept = { ...keptScore(image, of.score, of.against), model: this.embedder?.model ?? '', embedding };
    ledger.scores.write(kept, this.seen.sameAs(job.id, image.filename, of.score.hash));
    if (image.shotId !== null) ledger.takes.keepBest(image.shotId);
    if (of.score.why === 'no-face') this.faceless.add(image.filename);
    // A picture without a face is as far from the character as one of somebody else.
    const isFaceless = of.score.why === 'no-face' || of.score.why === 'not-decodable';
    const likeness = isFaceless ? 0 : (of.score.score ?? 1);
    const isBelow = of.isBelow ?? likeness < minConsistency;
    if (!isBelow || !isNew || image.kind === 'avatar') return;
    const take = ledger.takes.add({ imageId: image.id, takesMax: rerolls, seedOf: this.faces.takeSeed });
    this.tookMore ||= take !== undefined;
  }

  /** Pictures that have nothing else are compared with each other: those that do not belong are judged by the rest. */
  private scorePack(job: Job): void {
    const all = this.packs.get(job.id)?.pictures ?? [];
    // Nothing has come since they were compared.
    if (all.length === (this.scored.get(job.id) ?? 0)) return;
    this.scored.set(job.id, all.length);
    const reads = all.map(({ read }) => read);
    const judged = judgedAsPack(reads, job.settings.minConsistency ?? 0);
    for (const [index, { waiting, read }] of all.entries()) {
      const { score, isBelow = false } = judged[index] ?? {};
      if (score) this.write(waiting, { score, against: 'pack', read, isBelow });
    }
  }
}
