/** The file in which the bytes of an answer arrive, until they are whole and have a name. */
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ensureOwnFolder } from './folder.ts';

/** Written to reserve space; a file with a hole would reserve none. */
const ZEROS = Buffer.alloc(1024 * 1024);

/**
 * A file that is made before its bytes come, with its space. It has another name until it is whole, so that a reserved
 * or half-written one is never taken for an answer.
 */
export class PartFile {
  /** Its path once it is kept. */
  readonly path: string;
  private readonly handle: FileHandle;
  private writtenBytes = 0;
  private ended = false;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  /**
   * Makes the file, its folder and its space. What a crashed try left under its name is taken away, be it a link, whose
   * target stays as it is: the path must hold a key of ours.
   * @throws the file system's own error, and leaves nothing then; `LinkInTheWay`.
   */
  static async create(path: string, reserveBytes = 0): Promise<PartFile> {
    await ensureOwnFolder(dirname(path));
    const part = new PartFile(path, await openNew(reservedPath(path)));
    try {
      for (let at = 0; at < reserveBytes;)
        at += await part.put(ZEROS, 0, Math.min(ZEROS.length, reserveBytes - at), at);
    } catch (error) {
      await part.discard();
      throw error;
    }
    return part;
  }

  /** True when it was kept or discarded: nothing can be written any more. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** Forgets what was written: the next bytes are the first. */
  restart(): void {
    this.writtenBytes = 0;
  }

  /** Writes what comes next. @throws the file system's own error. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const count = await this.put(bytes, from, bytes.length - from, this.writtenBytes);
      from += count;
      this.writtenBytes += count;
    }
  }

  /** Waits until what was written is on the disk under its path, folder entry included. Replaces what lies there. */
  async keep(): Promise<void> {
    await this.handle.truncate(this.writtenBytes);
    await this.handle.sync();
    await this.handle.close();
    await rename(reservedPath(this.path), this.path);
    this.ended = true;
    await fsyncFolder(dirname(this.path));
  }

  /** Takes the file away unless it was kept. Never throws. */
  async discard(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.handle.close().catch(() => {});
    await removeIfThere(reservedPath(this.path)).catch(() => {});
  }

  private async put(bytes: Uint8Array, from: number, count: number, at: number): Promise<number> {
    return (await this.handle.write(bytes, from, count, at)).bytesWritten;
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o644);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await removeIfThere(path);
    return open(path, 'wx', 0o644);
  }
}

/** The name of a part that is not whole yet. */
export function reservedPath(path: string): string {
  return `${path}.reserved`;
}

/**
 * Writes the bytes to `partPath` and waits until they are on the disk, folder entry included. What a crashed try left
 * there is replaced; what a failed write left there is removed.
 */
export async function stageBytes(partPath: string, bytes: Uint8Array): Promise<void> {
  const part = await PartFile.create(partPath);
  try {
    await part.write(bytes);
    await part.keep();
  } catch (error) {
    await part.discard();
    throw error;
  }
}

/** Waits until a folder's entries are on the disk. Systems that can't do that for folders (Windows) are left alone. */
export async function fsyncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!['EPERM', 'EISDIR', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(codeOf(error))) throw error;
  }
}

/** Deletes a file; true when it was there. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
