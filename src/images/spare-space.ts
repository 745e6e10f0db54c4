/** Space on a disk that is set aside before a picture is paid for. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureOwnFolder } from './folder.ts';

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
  private readonly idle = new Map<string, FileHandle[]>();

  /** Sets space aside on the disk of a folder. @throws the file system's own error; `LinkInTheWay`. */
  async take(folder: string, bytes: number): Promise<Spare> {
    const kind = `${bytes} ${folder}`;
    const idle = this.idle.get(kind) ?? [];
    this.idle.set(kind, idle);
    let file: FileHandle | undefined = idle.pop() ?? (await nameless(folder, bytes));
    return {
      free: async () => {
        const given = file;
        file = undefined;
        await given?.close();
        return given !== undefined;
      },
      done: () => {
        if (file) idle.push(file);
        file = undefined;
      },
    };
  }

  /** Gives back what no picture uses. */
  async close(): Promise<void> {
    const files = [...this.idle.values()].flatMap((idle) => idle.splice(0));
    await Promise.all(files.map((file) => file.close()));
  }
}

async function nameless(folder: string, bytes: number): Promise<FileHandle> {
  await ensureOwnFolder(folder);
  const path = join(folder, `${randomUUID()}.part.reserved`);
  const file = await open(path, 'wx', 0o600);
  try {
    await unlink(path);
    for (let at = 0; at < bytes;)
      at += (await file.write(ZEROS, 0, Math.min(ZEROS.length, bytes - at), at)).bytesWritten;
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
