/**
 * For `NODE_OPTIONS=--import`: at SIGUSR2 every time limit of half a minute or more that runs is over. A test has one
 * request run into its limit without making all the others fear theirs on a busy machine.
 */
const LONG_MS = 30_000;
const RealSetTimeout = globalThis.setTimeout;
const running = new Map<NodeJS.Timeout, () => void>();

const hurried = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout => {
  const run = (): void => {
    running.delete(timer);
    callback(...args);
  };
  const timer = RealSetTimeout(run, ms);
  if (ms >= LONG_MS) running.set(timer, run);
  return timer;
};
globalThis.setTimeout = Object.assign(hurried, RealSetTimeout) as typeof setTimeout;

const { clearTimeout } = globalThis;
globalThis.clearTimeout = (timer) => {
  running.delete(timer as NodeJS.Timeout);
  clearTimeout(timer);
};

AbortSignal.timeout = (ms) => {
  const stop = new AbortController();
  hurried(() => stop.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms).unref();
  return stop.signal;
};

process.on('SIGUSR2', () => {
  for (const [timer, run] of running) {
    clearTimeout(timer);
    run();
  }
});
