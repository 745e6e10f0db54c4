/** Space on a disk that is set aside before a picture is paid for. */
import { randomUUID } from 'node:crypto';
import { close as closeFile, closeSync, openSync, unlinkSync, write as writeFile } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureOwnFolder } from './folder.ts';

const write = promisify(writeFile);
const close = promisify(closeFile);

/** Written, since a file with a hole takes no space. */
const ZEROS = Buffer.alloc(1024 * 1024);

/** What is set aside for one picture. */
export interface Spare {
  /** Gives the space back to the disk, for the picture itself. False when it was given back before. */
  free: () => Promise<boolean>;
  /** Hands it on to the next picture, unless it was given back. */
  done: () => void;
}

/**
 * Open files without a name: the system takes them back when the process ends, however it ends. One for each picture
 * under way, handed on from one to the next, so that a run writes it once and not for each picture.
 */
export class SpareSpace {
  private readonly idle = new Map<string, number[]>();

  /** Sets space aside on the disk of a folder. @throws the file system's own error; `LinkInTheWay`. */
  async take(folder: string, bytes: number): Promise<Spare> {
    const kind = `${bytes} ${folder}`;
    const idle = this.idle.get(kind) ?? [];
    this.idle.set(kind, idle);
    let file: number | undefined = idle.pop() ?? (await nameless(folder, bytes));
    return {
      free: async () => {
        const given = file;
        file = undefined;
        if (given !== undefined) await close(given);
        return given !== undefined;
      },
      done: () => {
        if (file !== undefined) idle.push(file);
        file = undefined;
      },
    };
  }

  /** Gives back what no picture uses. */
  async close(): Promise<void> {
    const files = [...this.idle.values()].flatMap((idle) => idle.splice(0));
    await Promise.all(files.map((file) => close(file)));
  }
}

/** @returns a file descriptor. Opened and unnamed in one go: a process that is killed then leaves nothing behind. */
async function nameless(folder: string, bytes: number): Promise<number> {
  await ensureOwnFolder(folder);
  const path = join(folder, `${randomUUID()}.part.reserved`);
  const file = openSync(path, 'wx', 0o600);
  try {
    unlinkSync(path);
    for (let at = 0; at < bytes;)
      at += (await write(file, ZEROS, 0, Math.min(ZEROS.length, bytes - at), at)).bytesWritten;
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
