/** Serves recorded answers on a loopback port, whatever the path: which one is next depends on the method alone. */
import type { Answer, Call, Route } from '../emulators/service.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import type { Recording } from './recording.ts';

/** By method, in the order they are given out; the last one is given again and again. */
export type Answers = Partial<Record<Recording['request']['method'], readonly Recording[]>>;

const running: Emulator[] = [];

/** Closes what `startReplay` started; for `afterEach`. */
export async function closeReplays(): Promise<void> {
  await Promise.all(running.splice(0).map((server) => server.close()));
}

/**
 * Starts a server.
 * @param replacements texts of the recorded bodies that have to be others here (a public id that we chose). Addresses
 *   of Replicate's API become this server's, as a client goes on at the addresses it was given.
 */
export async function startReplay(
  answers: Answers,
  replacements: Readonly<Record<string, string>> = {},
): Promise<Emulator> {
  const routes = Object.entries(answers).map(([method, recordings]): Route => {
    let given = 0;
    const handle = (call: Call): Answer => {
      const next = recordings[Math.min(given++, recordings.length - 1)];
      if (next === undefined) return { status: 599, body: 'no answer is left' };
      return answerOf(next, { 'https://api.replicate.com': call.baseUrl, ...replacements });
    };
    return { operation: 'replayed', method, path: '/*any', handle };
  });
  const server = await startEmulator({ name: 'replay', routes });
  running.push(server);
  return server;
}

function answerOf({ status, headers, body }: Recording, replacements: Readonly<Record<string, string>>): Answer {
  const recorded = typeof body === 'string' ? body : JSON.stringify(body);
  const text = Object.entries(replacements).reduce((rest, [from, to]) => rest.replaceAll(from, to), recorded);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: text };
}
