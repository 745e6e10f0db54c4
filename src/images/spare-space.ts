/** Space on a disk that is set aside before a picture is paid for. */
import { randomUUID } from 'node:crypto';
import { close as closeFile, closeSync, constants, openSync, unlinkSync, write as writeFile } from 'node:fs';
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

/** @returns a file descriptor of a file without a name: a process that is killed then leaves nothing behind. */
async function nameless(folder: string, bytes: number): Promise<number> {
  await ensureOwnFolder(folder);
  const file = neverNamed(folder) ?? unnamed(join(folder, `${randomUUID()}.part.reserved`));
  try {
    for (let at = 0; at < bytes;)
      at += (await write(file, ZEROS, 0, Math.min(ZEROS.length, bytes - at), at)).bytesWritten;
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** O_TMPFILE of Linux, which Node has no name for: it holds O_DIRECTORY, whose value differs between processors. */
const TMPFILE = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;
/** How a system or a file system says that it has no such files. */
const WITHOUT_TMPFILE = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'ENOENT', 'EINVAL']);

/** A file that never had a name, where there are such files; else undefined. */
function neverNamed(folder: string): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return openSync(folder, TMPFILE, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && WITHOUT_TMPFILE.has(String(error.code))) return undefined;
    throw error;
  }
}

/** The same by two calls, between which a kill leaves an empty file; `clean` takes it away. */
function unnamed(path: string): number {
  const file = openSync(path, 'wx', 0o600);
  try {
    unlinkSync(path);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
