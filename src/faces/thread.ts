/** The embedder: face-api in a thread of its own, so that the caller's goes on. */
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type { Embedder, PictureFaces } from './embedder.ts';
import type { NetworkPlace, ReadAnswer, ReadRequest } from './messages.ts';

/** Name and version of the networks: face-api's recognition network, which has dlib's weights. */
export const FACE_MODEL = 'face-api-1.7.15/face_recognition';

/** What the build made of `network`: beside this file, or in `dist` where this file is the source. */
const BUILT = new URL(import.meta.url.endsWith('.ts') ? '../../dist/faces/network/' : './network/', import.meta.url);

/** How long an idle thread is kept for the next embedder, in ms: it holds about 300 MB. */
const KEPT_IDLE_MS = 5_000;

/**
 * Reads faces in a thread, which starts with the first picture. When it is closed, an idle thread is kept for 5 seconds
 * for the next embedder of this process: loading the networks takes as long as reading a picture.
 */
export class FaceThread implements Embedder {
  readonly model = FACE_MODEL;
  #thread: NetworkThread | undefined;

  read(path: string): Promise<PictureFaces> {
    if (!this.#thread || this.#thread.hasEnded) this.#thread = takeIdle() ?? new NetworkThread();
    return this.#thread.read(path);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    if (!thread || thread.hasEnded) return;
    if (thread.isIdle && !idle) keepIdle(thread);
    else await thread.end();
  }
}

/** A read under way. */
interface Waiting {
  resolve: (picture: PictureFaces) => void;
  reject: (error: Error) => void;
}

/** The thread with its networks. It keeps the process alive only while somebody waits. */
class NetworkThread {
  hasEnded = false;
  readonly #waiting = new Map<number, Waiting>();
  readonly #worker: Worker;
  #nextId = 1;

  constructor() {
    const place: NetworkPlace = { weights: fileURLToPath(new URL('.', BUILT)).replace(/[\\/]$/, '') };
    this.#worker = new Worker(new URL('worker.cjs', BUILT), { workerData: place, stdout: true, stderr: true });
    this.#worker.on('message', (answer: ReadAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that reads faces has ended')));
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  read(path: string): Promise<PictureFaces> {
    return new Promise((resolve, reject) => {
      const request: ReadRequest = { id: this.#nextId, path };
      this.#nextId += 1;
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  /** What is under way fails. */
  async end(): Promise<void> {
    this.#fail(new Error('the reading of faces was stopped'));
    await this.#worker.terminate();
  }

  #answered(answer: ReadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('picture' in answer) waiting?.resolve(answer.picture);
    else waiting?.reject(new Error(answer.problem));
    if (this.isIdle) this.#worker.unref();
  }

  #fail(error: Error): void {
    this.hasEnded = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** The thread of an embedder that was closed. */
let idle: { thread: NetworkThread; ends: NodeJS.Timeout } | undefined;

function keepIdle(thread: NetworkThread): void {
  idle = { thread, ends: setTimeout(() => void takeIdle()?.end(), KEPT_IDLE_MS).unref() };
}

/** The idle thread, for one who uses or ends it. */
function takeIdle(): NetworkThread | undefined {
  const kept = idle;
  idle = undefined;
  clearTimeout(kept?.ends);
  return kept?.thread.hasEnded ? undefined : kept?.thread;
}
