/**
 * A service that answers no request of one kind before it is told to: what a test does meanwhile is in the middle of
 * the work.
 */
import type { Service } from './service.ts';

/** A service behind a gate. */
export interface Gated {
  service: Service;
  /** When so many of the requests have arrived, answered or not. */
  arrived: (count: number) => Promise<void>;
  /** Lets all requests through, from now on. */
  open: () => void;
  /** The most of the requests that were under way at one time. */
  mostAtOnce: () => number;
}

/**
 * Puts a gate before an operation of a service, its paid requests unless told otherwise; or after it, before the
 * answer.
 */
export function gated(service: Service, operation = 'submit', where: 'before' | 'after' = 'before'): Gated {
  let here = 0;
  let underWay = 0;
  let most = 0;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const waiting: { count: number; done: () => void }[] = [];
  const arrive = (): void => {
    here += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    for (const { count, done } of waiting) if (here >= count) done();
  };
  const routes = service.routes.map((route) =>
    route.operation === operation
      ? {
          ...route,
          handle: async (call: Parameters<typeof route.handle>[0]) => {
            const done = where === 'after' ? await route.handle(call) : undefined;
            arrive();
            await opened;
            const answer = done ?? (await route.handle(call));
            underWay -= 1;
            return answer;
          },
        }
      : route,
  );
  const arrived = (count: number): Promise<void> =>
    here >= count ? Promise.resolve() : new Promise((done) => waiting.push({ count, done }));
  return { service: { ...service, routes }, arrived, open, mostAtOnce: () => most };
}
