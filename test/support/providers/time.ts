/**
 * A clock that goes on by so much each time it is asked: waits end after some readings, however busy the machine is.
 */
export function ticking(stepMs = 1_000): () => number {
  let nowMs = Date.now();
  return () => (nowMs += stepMs);
}
