/** Space on a disk that is set aside before a picture is paid for. */
import { randomUUID } from 'node:crypto';
import { close as closeFile, constants, openSync, unlinkSync, write as writeFile } from 'node:fs';
import { rm } from 'node:fs/promises';
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

/** An open file; `path`: its name, where the system would not take that away while it is open. */
interface OpenFile {
  fd: number;
  path: string | undefined;
}

/** What a system can do with files; for tests of others than this one. */
interface FileSystem {
  /** It has files that never get a name. */
  hasNameless: boolean;
  /** Takes the name of an open file away. */
  unlink: (path: string) => void;
}

const THIS_SYSTEM: FileSystem = { hasNameless: process.platform === 'linux', unlink: unlinkSync };

/**
 * Open files without a name: the system takes them back when the process ends, however it ends. One for each picture
 * under way, handed on from one to the next, so that a run writes it once and not for each picture.
 */
export class SpareSpace {
  private readonly idle = new Map<string, OpenFile[]>();
  private readonly system: FileSystem;

  constructor(system: FileSystem = THIS_SYSTEM) {
    this.system = system;
  }

  /** Sets space aside on the disk of a folder. @throws the file system's own error; `LinkInTheWay`. */
  async take(folder: string, bytes: number): Promise<Spare> {
    const kind = `${bytes} ${folder}`;
    const idle = this.idle.get(kind) ?? [];
    this.idle.set(kind, idle);
    let file: OpenFile | undefined = idle.pop() ?? (await nameless(folder, bytes, this.system));
    return {
      free: async () => {
        const given = file;
        file = undefined;
        if (given !== undefined) await giveBack(given);
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
    await Promise.all(files.map(giveBack));
  }
}

/** Closes it; a name that it still has goes, too. */
async function giveBack({ fd, path }: OpenFile): Promise<void> {
  await close(fd);
  if (path !== undefined) await rm(path, { force: true });
}

/** A file without a name: a process that is killed then leaves nothing behind. */
async function nameless(folder: string, bytes: number, system: FileSystem): Promise<OpenFile> {
  await ensureOwnFolder(folder);
  const never = system.hasNameless ? neverNamed(folder) : undefined;
  const file = never ?? unnamed(join(folder, `${randomUUID()}.part.reserved`), system);
  try {
    for (let at = 0; at < bytes;)
      at += (await write(file.fd, ZEROS, 0, Math.min(ZEROS.length, bytes - at), at)).bytesWritten;
    return file;
  } catch (error) {
    await giveBack(file);
    throw error;
  }
}

/** O_TMPFILE of Linux, which Node has no name for: it holds O_DIRECTORY, whose value differs between processors. */
const TMPFILE = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;
/** How a system or a file system says that it has no such files. */
const WITHOUT_TMPFILE = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'ENOENT', 'EINVAL']);

/** A file that never had a name, where there are such files; else undefined. */
function neverNamed(folder: string): OpenFile | undefined {
  try {
    return { fd: openSync(folder, TMPFILE, 0o600), path: undefined };
  } catch (error) {
    if (error instanceof Error && 'code' in error && WITHOUT_TMPFILE.has(String(error.code))) return undefined;
    throw error;
  }
}

/**
 * The same by two calls, between which a kill leaves an empty file; `clean` takes it away. Where a file that is open
 * keeps its name (some network disks, Windows), that goes when it is closed.
 */
function unnamed(path: string, { unlink }: FileSystem): OpenFile {
  const fd = openSync(path, 'wx', 0o600);
  try {
    unlink(path);
    return { fd, path: undefined };
  } catch {
    return { fd, path };
  }
}
