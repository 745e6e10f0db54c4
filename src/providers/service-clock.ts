/** The clock of a service, from the Date of its answers. */
import type { ProviderSettings } from './definition.ts';
import type { Accepted } from './provider.ts';

/**
 * Goes on by the time that has passed since the last answer, not by our clock, which may be set in between. That time
 * stands still while the machine sleeps, so the service's clock is never taken for later than it is.
 */
export class ServiceClock {
  private readonly time: Pick<ProviderSettings, 'now' | 'elapsed'>;
  /** At the last answer that told it. */
  private heard: { serviceMs: number; elapsedMs: number; skewMs: number } | undefined;

  constructor(time: Pick<ProviderSettings, 'now' | 'elapsed'>) {
    this.time = time;
  }

  /** Takes the time from an answer. */
  hear(headers: Headers): void {
    const serviceMs = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(serviceMs)) return;
    this.heard = { serviceMs, elapsedMs: this.time.elapsed(), skewMs: serviceMs - this.time.now() };
  }

  /** What it shows now, in epoch ms; undefined until an answer told it. */
  nowMs(): number | undefined {
    return this.heard && this.heard.serviceMs + this.time.elapsed() - this.heard.elapsedMs;
  }

  /**
   * How far it is ahead of ours now, in ms; undefined until an answer told it. `doubtMs`: it may be as much more, as
   * our clock has gone on by more than the time that has passed: it was set, or the machine slept.
   */
  ahead(): { skewMs: number; doubtMs: number } | undefined {
    const nowMs = this.nowMs();
    if (this.heard === undefined || nowMs === undefined) return undefined;
    const skewMs = nowMs - this.time.now();
    return { skewMs, doubtMs: Math.max(0, this.heard.skewMs - skewMs) };
  }
}

/**
 * The time by which the age of accepted work is told: the service's alone, as ours may have been set since. While the
 * service has told none, the work is as young as can be.
 */
export function timeOf(clock: ServiceClock, { acceptedAtMs, sent }: Accepted): () => number {
  const skewMs = Number(sent['skewMs']);
  return () => acceptedAtMs + ((clock.nowMs() ?? NaN) - skewMs - acceptedAtMs || 0);
}
