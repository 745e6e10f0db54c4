/** The file in which the bytes of an answer arrive, until they are whole and have a name. */
import { constants, type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ensureOwnFolder } from './folder.ts';
import { systemCode } from '../errors.ts';

/** The disk, or what this user may have of it, is full. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * A file that is made before its bytes come. It has another name until it is whole, so that a half-written one is never
 * taken for an answer.
 */
export class PartFile {
  /** Its path once it is kept. */
  readonly path: string;
  private readonly handle: FileHandle;
  private readonly makeSpace: (() => Promise<boolean>) | undefined;
  private writtenBytes = 0;
  private longestBytes = 0;
  private ended = false;

  private constructor(path: string, handle: FileHandle, makeSpace: (() => Promise<boolean>) | undefined) {
    this.path = path;
    this.handle = handle;
    this.makeSpace = makeSpace;
  }

  /**
   * Makes the file and its folder. What a crashed try left under its name is taken away, be it a link, whose target
   * stays as it is: the path must hold a key of ours.
   * @param makeSpace called when the disk is full; true when another try is worth it.
   * @throws the file system's own error; `LinkInTheWay`.
   */
  static async create(path: string, makeSpace?: () => Promise<boolean>): Promise<PartFile> {
    await ensureOwnFolder(dirname(path));
    return new PartFile(path, await openNew(reservedPath(path)), makeSpace);
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
      this.longestBytes = Math.max(this.longestBytes, this.writtenBytes);
    }
  }

  /** Waits until what was written is on the disk under its path, folder entry included. Replaces what lies there. */
  async keep(): Promise<void> {
    if (this.longestBytes > this.writtenBytes) await this.handle.truncate(this.writtenBytes);
    await this.handle.sync();
    // Closed, it takes nothing more, whatever becomes of its name.
    this.ended = true;
    await this.handle.close();
    await rename(reservedPath(this.path), this.path);
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
    try {
      return (await this.handle.write(bytes, from, count, at)).bytesWritten;
    } catch (error) {
      if (!FULL.has(systemCode(error)) || !(await this.makeSpace?.())) throw error;
      return this.put(bytes, from, count, at);
    }
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    await removeIfThere(path);
    return open(path, 'wx', 0o644);
  }
}

/**
 * Keeps a part that a process wrote, and was killed before it kept it: synced, under its path. The caller has seen that
 * it is whole, and that its process has ended. @throws the file system's own error.
 */
export async function keepReserved(path: string): Promise<void> {
  const file = await open(reservedPath(path), constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(reservedPath(path), path);
  await fsyncFolder(dirname(path));
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
    if (!['EPERM', 'EISDIR', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(systemCode(error))) throw error;
  }
}

/** Deletes a file; true when it was there. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
