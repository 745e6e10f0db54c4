/** What is said between the thread that asks and the thread that reads faces. Types only. */
import type { PictureFaces } from './embedder.ts';

/** Read this file. */
export interface ReadRequest {
  id: number;
  path: string;
}

/** What came of it. */
export type ReadAnswer = { id: number; picture: PictureFaces } | { id: number; problem: string };

/** What the thread is started with. */
export interface NetworkPlace {
  /** Folder of the weights and of the WebAssembly, without a slash at its end. */
  weights: string;
}
