import { dirname, join } from 'node:path';
import { PartFile, removeIfThere, reservedPath, stageBytes } from '../images/part-file.ts';
import type { Spare, SpareSpace } from '../images/spare-space.ts';
import type { Attempt, Job } from '../ledger/records.ts';
import type { ImageRequest } from '../providers/provider.ts';
import type { ReadyProvider } from './context.ts';
import { mayBeWhole } from './picture.ts';
import { partPathOf, sparesOf } from './staging.ts';

/** Of a paid picture, as services send them: a PNG of a photo takes 1.2 to 1.8 bytes a pixel. */
const BYTES_PER_PIXEL = 2;
/** What is made of a picture without a prompt may be so many times larger: upscalers make it four times as wide. */
const UPSCALED_FACTOR = 16;
/** No more is set aside for one picture: most are far smaller. */
const RESERVED_BYTES_MAX = 64 * 1024 * 1024;

/** Space for the answer of a paid request could not be reserved: the request was not sent. */
class NoSpace extends Error {
  readonly code: string;

  constructor(folder: string, cause: Error & { code?: unknown }) {
    super(`no space for the answer can be reserved in ${folder}, so it was not asked for: ${cause.message}`, {
      cause,
    });
    this.name = 'NoSpace';
    this.code = String(cause.code);
  }
}

/** The file for the answer of one attempt, open from before its request until the answer is staged. */
export class AnswerFile {
  /** Where the answer is staged. */
  readonly path: string;
  private readonly reserveBytes: number;
  private made: PartFile | undefined;
  private spare: Spare | undefined;

  constructor(path: string, reserveBytes: number) {
    this.path = path;
    this.reserveBytes = reserveBytes;
  }

  /** Makes it, and sets its space aside. @throws {NoSpace}: nothing may be sent. */
  async reserve(space: SpareSpace): Promise<void> {
    try {
      this.spare ??= await space.take(dirname(this.path), this.reserveBytes);
      await this.part();
    } catch (error) {
      throw error instanceof Error ? new NoSpace(dirname(this.path), error) : error;
    }
  }

  /** Takes away what earlier attempts of the shot reserved, whose process has ended: no answer that may be whole. */
  async giveBack(earlierKeys: readonly string[]): Promise<void> {
    for (const key of earlierKeys) {
      const reserved = reservedPath(join(dirname(this.path), `${key}.part`));
      if (!(await mayBeWhole(reserved))) await removeIfThere(reserved);
    }
  }

  /** The file, empty: the one that was made, else a new one. */
  async part(): Promise<PartFile> {
    if (!this.made || this.made.isEnded)
      this.made = await PartFile.create(this.path, async () => (await this.spare?.free()) ?? false);
    this.made.restart();
    return this.made;
  }

  /**
   * Puts the bytes of a paid answer, in one part or more, on a disk: into the file that was made for it, else (the disk
   * has filled up, the folder is gone) anywhere they fit, so that they are not lost. Returns the path they are at.
   */
  async stage(parts: readonly Uint8Array[], ledgerFolder: string | undefined): Promise<string> {
    try {
      const part = await this.part();
      for (const bytes of parts) await part.write(bytes);
      await part.keep();
      return this.path;
    } catch (error) {
      for (const path of sparesOf(this.path, ledgerFolder)) {
        try {
          await stageBytes(path, Buffer.concat(parts));
          return path;
        } catch {
          // The next one; the first failure is the one to tell of.
        }
      }
      throw error;
    }
  }

  /**
   * Gives back what is not needed any more, also what a process that has ended reserved, unless that may be a whole
   * answer, which could not be kept now. Never throws. @param isStored the picture has its name: there is no other.
   */
  async close(isStored = false): Promise<void> {
    this.spare?.done();
    if (this.made && !this.made.isEnded) await this.made.discard();
    else if (!this.made && (isStored || !(await mayBeWhole(reservedPath(this.path)))))
      await removeIfThere(reservedPath(this.path)).catch(() => {});
  }
}

/** What is asked for, and of whom. */
interface Asked {
  job: Job;
  attempt: Pick<Attempt, 'key'>;
  ready: ReadyProvider;
  request: ImageRequest;
}

/** The file for the answer of an attempt. */
export function answerFileOf({ job, attempt, ready, request }: Asked): AnswerFile {
  const worstMicros = ready.provider.price(request)?.worstMicros;
  const bytes = bytesToReserve(request, worstMicros);
  const reserveBytes = request.prompt === '' ? Math.min(bytes * UPSCALED_FACTOR, RESERVED_BYTES_MAX) : bytes;
  return new AnswerFile(partPathOf(job, attempt.key), reserveBytes);
}

/** Bytes to reserve for a picture of that size; none for one that costs nothing and can be made again. */
export function bytesToReserve(size: { width: number; height: number }, worstMicros: number | undefined): number {
  return worstMicros === 0 ? 0 : size.width * size.height * BYTES_PER_PIXEL;
}
