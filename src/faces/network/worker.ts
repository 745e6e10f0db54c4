/** The thread that reads faces, one picture at a time. The build makes one file of it (`build/bundle-faces.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import type { NetworkPlace, ReadAnswer, ReadRequest } from '../messages.ts';
import { startNets, type Nets } from './nets.ts';
import { readFaces } from './read.ts';

const { weights } = workerData as NetworkPlace;
let nets: Promise<Nets> | undefined;
let before: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: ReadRequest) => {
  before = answerAfter(before, request);
});

/** One picture at a time: two would need the memory of two. */
async function answerAfter(others: Promise<void>, request: ReadRequest): Promise<void> {
  await others;
  parentPort?.postMessage(await answered(request));
}

async function answered({ id, path }: ReadRequest): Promise<ReadAnswer> {
  try {
    nets ??= startNets(weights);
    return { id, picture: await readFaces(await nets, path) };
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) };
  }
}
