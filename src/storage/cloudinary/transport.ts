/**
 * What one call through the SDK needs around it, which the SDK has no option for: a way to see and to end its request.
 */
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A promise that only ever rejects: when the signal aborts or time is up. `end` clears both. */
export function deadlineOf(
  signal: AbortSignal,
  deadlineMs: number,
): { over: Promise<never>; isLate: () => boolean; end: () => void } {
  let late = false;
  let end = (): void => {};
  const over = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new Error('stopped'));
    const expire = (): void => {
      late = true;
      stop();
    };
    const timer = setTimeout(expire, deadlineMs);
    signal.addEventListener('abort', stop, { once: true });
    end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
  });
  return { over, isLate: () => late, end: () => end() };
}

/**
 * An agent for one request that works like `shared` and lets its request be seen, which the SDK keeps to itself:
 * to destroy it, and to read the headers of a refusal. `addRequest` is how Node hands a request to any agent.
 */
export function watch(shared: Agent): {
  agent: Agent;
  status: () => number | undefined;
  headers: () => IncomingHttpHeaders | undefined;
  stop: () => void;
} {
  const base = shared as Agent & { addRequest(request: ClientRequest, options: object): void };
  let seen: ClientRequest | undefined;
  let answer: IncomingMessage | undefined;
  const addRequest = (request: ClientRequest, options: object): void => {
    seen = request;
    request.once('response', (response) => (answer = response));
    base.addRequest(request, options);
  };
  return {
    agent: Object.create(base, { addRequest: { value: addRequest } }) as Agent,
    status: () => answer?.statusCode,
    headers: () => answer?.headers,
    stop: () => seen?.destroy(),
  };
}
