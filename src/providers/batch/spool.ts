/**
 * The lines of a large answer on a disk, read one at a time: the pictures of a batch come in one file, and memory holds
 * a few of them only.
 */
import { randomUUID } from 'node:crypto';
import { close, open, read, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

// Descriptors and no handles: those of answers that nobody asked for go with the process.
const openFile = promisify<string, string, number, number>(open);
const readFile = promisify(read);
const writeFile = promisify(write);
const closeFile = promisify(close);

const NEWLINE = 0x0a;
/** Bytes of one line: a picture in base64, and what is said of it. */
const LINE_MAX_BYTES = 128 * 1024 * 1024;

/** Where a line is in the file. */
interface Place {
  start: number;
  bytes: number;
}

/** What a line tells of itself. */
export interface KeyedLine {
  /** Of its request. */
  key: string;
  /** It holds what was made: of several lines with one key it is the one that counts. */
  isMade: boolean;
}

/** Lines of an answer by the key that each tells. */
export class SpooledLines {
  private readonly file: number;
  private readonly asked = new Set<string>();
  private readonly places: ReadonlyMap<string, Place>;
  /** Reads under way: the file is closed after them. */
  private reading: Promise<unknown> = Promise.resolve();
  private isClosed = false;

  private constructor(file: number, places: ReadonlyMap<string, Place>) {
    this.file = file;
    this.places = places;
  }

  /**
   * Keeps an answer in a file without a name, which goes with the process.
   * @param told what a line tells of itself; undefined: the line is left out.
   * @throws what the disk or the connection throws.
   */
  static async from(
    body: AsyncIterable<Uint8Array> | null,
    told: (line: string) => KeyedLine | undefined,
  ): Promise<SpooledLines> {
    const path = join(tmpdir(), `imggen-${randomUUID()}.jsonl`);
    const file = await openFile(path, 'wx+', 0o600);
    try {
      unlinkSync(path);
      return new SpooledLines(file, await keep(file, body ?? empty(), told));
    } catch (error) {
      await closeFile(file);
      throw error;
    }
  }

  /** How many there are. */
  get size(): number {
    return this.places.size;
  }

  /** True when every line was asked for. */
  get isRead(): boolean {
    return this.asked.size === this.places.size;
  }

  /** The line with that key; undefined: there is none. */
  async line(key: string): Promise<string | undefined> {
    const place = this.places.get(key);
    if (!place || this.isClosed) return undefined;
    this.asked.add(key);
    const reading = readWhole(this.file, place);
    this.reading = Promise.allSettled([this.reading, reading]);
    return (await reading).toString('utf8');
  }

  /** Gives the space back. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.reading;
    await closeFile(this.file);
  }
}

async function readWhole(file: number, { start, bytes }: Place): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  for (let size = 0; size < bytes;) {
    const { bytesRead } = await readFile(file, buffer, size, bytes - size, start + size);
    if (bytesRead === 0) throw new Error('the kept answer is cut');
    size += bytesRead;
  }
  return buffer;
}

async function keep(
  file: number,
  body: AsyncIterable<Uint8Array>,
  told: (line: string) => KeyedLine | undefined,
): Promise<Map<string, Place>> {
  const places = new Map<string, Place & { isMade: boolean }>();
  let parts: Uint8Array[] = [];
  let start = 0;
  let bytes = 0;
  const endLine = (): void => {
    const line = bytes === 0 ? undefined : told(Buffer.concat(parts).toString('utf8'));
    const { key, isMade } = line ?? { key: '', isMade: false };
    if (line && !places.get(key)?.isMade) places.set(key, { start, bytes, isMade });
    start += bytes + 1;
    bytes = 0;
    parts = [];
  };
  for await (const chunk of body) {
    for (let done = 0; done < chunk.length;) done += (await writeFile(file, chunk, done)).bytesWritten;
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); ; at = chunk.indexOf(NEWLINE, from)) {
      const part = chunk.subarray(from, at < 0 ? undefined : at);
      bytes += part.length;
      if (bytes > LINE_MAX_BYTES) throw new Error('a line of the answer is too long');
      // The chunk's memory is the network's: it is used again.
      parts.push(Uint8Array.from(part));
      if (at < 0) break;
      endLine();
      from = at + 1;
    }
  }
  endLine();
  return places;
}

async function* empty(): AsyncGenerator<Uint8Array> {}
