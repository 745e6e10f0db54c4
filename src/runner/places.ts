/**
 * Which jobs may begin another shot. Of each job at most its `concurrency` are at a provider, and as many again are
 * being saved; of all jobs together at most the largest of their concurrencies.
 */
export class Places {
  private readonly concurrencyOf: ReadonlyMap<number, number>;
  private readonly concurrencyMax: number;
  /** By attempt: its job, and whether a provider is still at work on it. */
  private readonly begun = new Map<number, { jobId: number; asking: boolean }>();

  /** @param concurrencyOf by job id. */
  constructor(concurrencyOf: ReadonlyMap<number, number>) {
    this.concurrencyOf = concurrencyOf;
    this.concurrencyMax = Math.max(1, ...concurrencyOf.values());
  }

  /** A shot is claimed or taken over. */
  begin(attemptId: number, jobId: number): void {
    this.begun.set(attemptId, { jobId, asking: true });
  }

  /** The provider has done its part: its place is free, while the picture is being saved. */
  answered(attemptId: number): void {
    const shot = this.begun.get(attemptId);
    if (shot) shot.asking = false;
  }

  /** The shot has ended, or was let go. */
  end(attemptId: number): void {
    this.begun.delete(attemptId);
  }

  /** How many more shots of this job may begin now. */
  of(jobId: number): number {
    const concurrency = this.concurrencyOf.get(jobId) ?? 1;
    const shots = [...this.begun.values()];
    const ofJob = shots.filter((shot) => shot.jobId === jobId);
    return Math.max(0, Math.min(free(this.concurrencyMax, shots), free(concurrency, ofJob)));
  }
}

function free(concurrency: number, begun: readonly { asking: boolean }[]): number {
  const asking = begun.filter((shot) => shot.asking).length;
  return Math.min(concurrency - asking, 2 * concurrency - begun.length);
}
