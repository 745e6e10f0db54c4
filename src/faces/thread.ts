/** The embedder: face-api in a thread of its own, so that the caller's goes on. */
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import type { Embedder, PictureFaces } from './embedder.ts';
import type { NetworkPlace, ReadAnswer, ReadRequest } from './messages.ts';

/** Name and version of the networks: face-api's recognition network, which has dlib's weights. */
export const FACE_MODEL = 'face-api-1.7.15/face_recognition';

/** What the build made of `network`: beside this file, or in `dist` where this file is the source. */
const BUILT = new URL(import.meta.url.endsWith('.ts') ? '../../dist/faces/network/' : './network/', import.meta.url);

/** A read under way. */
interface Waiting {
  resolve: (picture: PictureFaces) => void;
  reject: (error: Error) => void;
}

/** Starts its thread when the first picture is to be read; ends it when it is closed. */
export class FaceThread implements Embedder {
  readonly model = FACE_MODEL;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;

  read(path: string): Promise<PictureFaces> {
    return new Promise((resolve, reject) => {
      const request: ReadRequest = { id: this.#nextId, path };
      this.#nextId += 1;
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker ??= this.#start();
      this.#worker.ref();
      this.#worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll(new Error('the reading of faces was stopped'));
    await worker?.terminate();
  }

  #start(): Worker {
    const place: NetworkPlace = { weights: fileURLToPath(new URL('.', BUILT)).replace(/[\\/]$/, '') };
    const worker = new Worker(new URL('worker.cjs', BUILT), { workerData: place, stdout: true, stderr: true });
    worker.on('message', (answer: ReadAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('picture' in answer) waiting?.resolve(answer.picture);
      else waiting?.reject(new Error(answer.problem));
      // Nobody waits: the thread keeps no process alive.
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#ended(worker, error));
    worker.on('exit', () => this.#ended(worker, new Error('the thread that reads faces has ended')));
    return worker;
  }

  /** The next read starts another thread. */
  #ended(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#failAll(error instanceof Error ? error : new Error(String(error)));
  }

  #failAll(error: Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
