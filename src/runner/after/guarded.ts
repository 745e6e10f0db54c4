import type { Image, Job } from '../../ledger/records.ts';
import type { Reporter, Stop } from '../context.ts';
import { stopFor } from '../stop-for.ts';
import type { AfterSave } from './after.ts';

/** The steps of a run as one: none of them, whatever it throws, fails the run or keeps the others from their work. */
export class GuardedSteps {
  private readonly report: Reporter;
  private readonly steps: readonly AfterSave[];
  private readonly failed = new Set<AfterSave>();
  private broken: Stop | undefined;

  constructor(report: Reporter, steps: readonly AfterSave[]) {
    this.report = report;
    this.steps = steps;
  }

  /** The run begins. */
  start(): void {
    this.each((step) => step.start?.());
  }

  /** A picture is finished. */
  saved(image: Image, job: Job): void {
    this.each((step) => step.saved(image, job));
  }

  /** Nothing is being made: true when a step has put more shots into the queue. */
  async settled(): Promise<boolean> {
    let more = false;
    for (const step of this.steps) {
      try {
        more = (await step.settled?.()) === true || more;
      } catch (error) {
        this.tell(step, error);
      }
    }
    return more;
  }

  /** No more pictures will come; resolves when every step has ended. */
  async finish(): Promise<void> {
    await Promise.all(
      this.steps.map(async (step) => {
        try {
          await step.finish();
        } catch (error) {
          this.tell(step, error);
        }
      }),
    );
  }

  /** The first reason for which a step left work to a later run. */
  get stop(): Stop | undefined {
    return this.steps.map((step) => step.stop).find((stop) => stop !== undefined) ?? this.broken;
  }

  private each(call: (step: AfterSave) => void): void {
    for (const step of this.steps) {
      try {
        call(step);
      } catch (error) {
        this.tell(step, error);
      }
    }
  }

  private tell(step: AfterSave, error: unknown): void {
    const said = this.report.clean(error instanceof Error ? error.message : String(error));
    this.report.trace('after-save-failed', { step: step.name, message: said });
    const stop = stopFor(error);
    if (stop) this.broken ??= { ...stop, message: said };
    if (this.failed.has(step)) return;
    this.failed.add(step);
    const message = `${step.name} failed, the pictures are safe on disk: ${said}`;
    this.report.tell({ event: 'notice', level: 'warn', message });
  }
}
