/** A runner on virtual time with a provider made of a few functions; everything it told and traced is kept. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ProviderError, type ProviderFailure } from '../../src/errors.ts';
import type { PublicEvent, RunEvent } from '../../src/events.ts';
import { stageBytes } from '../../src/images/part-file.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Job, Shot } from '../../src/ledger/records.ts';
import type { Generated, Provider } from '../../src/providers/provider.ts';
import type { ReadyProvider, RunnerContext, RunnerOptions, RunnerResult } from '../../src/runner/context.ts';
import type { AfterSave } from '../../src/runner/after/after.ts';
import { Runner } from '../../src/runner/runner.ts';
import { makePicture } from '../emulators/picture.ts';
import { VirtualClock } from './clock.ts';
import { contextOf, makeJob, newFolder, optionsOf, ready, removeFolder } from './jobs.ts';

/** A failure as a provider names it. */
export function failure(what: ProviderFailure['failure'], more: Partial<ProviderFailure> = {}): ProviderError {
  return new ProviderError(`the service says ${what}`, { failure: what, ...more });
}

/** An answer with a picture in it. */
export function picture(key: string, more: Partial<Generated> = {}): { state: 'generated' } & Generated {
  return { state: 'generated', image: { kind: 'bytes', bytes: makePicture(16, 16, key) }, ...more };
}

/** A provider that answers with a picture at once, unless told otherwise. */
export function provider(more: Partial<Provider> & Pick<Provider, 'submit'>): Provider {
  return {
    name: 'paper',
    idempotent: false,
    findAfterMs: 0,
    defaultModel: 'paper-1',
    capabilities: () => ({
      seed: 'best-effort',
      referencesMax: 1,
      keepsFace: 'references',
      sizes: { kind: 'free', minPx: 1, maxPx: 4096, multipleOf: 1, ratioMax: 4 },
      qualities: [],
      negativePrompt: true,
      cancel: false,
      reattach: false,
    }),
    price: () => ({ worstMicros: 50, expectedMicros: 40, source: 'test', asOf: '2026-01-01' }),
    warnings: () => [],
    check: () => Promise.resolve({ ok: true, message: '' }),
    ...more,
    submit: async (request, call) => {
      call.onSending();
      return more.submit(request, call);
    },
  };
}

/** Everything around one ledger; runs can follow each other. */
export class Rig {
  readonly folder = newFolder('runner');
  readonly output = join(this.folder, 'images');
  readonly clock = new VirtualClock();
  readonly ledger: Ledger;
  readonly drain = new AbortController();
  readonly abort = new AbortController();
  readonly heard: RunEvent[] = [];
  readonly traced: string[] = [];
  claims = 0;
  private keys = 0;

  constructor() {
    const owner = 'rig';
    this.ledger = new Ledger({
      file: join(this.folder, 'ledger.db'),
      now: this.clock.now,
      liveness: { owner, isRunning: (id) => id === owner, close: () => {} },
    });
    const candidate = this.ledger.claims.candidate.bind(this.ledger.claims);
    this.ledger.claims.candidate = (jobIds) => {
      this.claims += 1;
      return candidate(jobIds);
    };
    this.ledger.listen((event) => this.heard.push(event));
  }

  job(wanted: Parameters<typeof makeJob>[2]): Job {
    return makeJob(this.ledger, this.output, wanted);
  }

  /** Runs the shots of a job, or of several in one run, to whatever end. */
  run(
    jobs: Job | readonly Job[],
    providers: readonly (Provider | ReadyProvider)[],
    more: { options?: Partial<RunnerOptions>; context?: Partial<RunnerContext>; after?: readonly AfterSave[] } = {},
  ): Promise<RunnerResult> {
    const context = this.context(providers, more.context);
    const options = optionsOf(
      [jobs].flat().map((job) => job.id),
      { drain: this.drain.signal, abort: this.abort.signal, ...more.options },
    );
    return this.clock.drive(new Runner(context, options, { references: new Map(), after: more.after ?? [] }).run());
  }

  /** What a run on these providers works with. */
  context(
    providers: readonly (Provider | ReadyProvider)[],
    more: Partial<RunnerContext> = {},
  ): ReturnType<typeof contextOf> {
    return contextOf({
      ledger: this.ledger,
      now: this.clock.now,
      elapsed: this.clock.elapsed,
      sleep: this.clock.sleep,
      newKey: () => `key-${(this.keys += 1)}`,
      download: async (url, part) => {
        await stageBytes(part, makePicture(16, 16, url));
        return { sizeBytes: 1 };
      },
      tell: (event) => this.heard.push(event),
      trace: (point) => this.traced.push(point),
      provide: providers.map((one) => ('provider' in one ? one : ready(one))),
      ...more,
    });
  }

  /** Badly ended shots of a job by name. */
  failed(job: Job): Record<string, Pick<Shot, 'state' | 'outcome'>> {
    return Object.fromEntries(
      this.ledger.queries
        .failures(job.id, 100)
        .map((shot) => [shot.name, { state: shot.state, outcome: shot.outcome }]),
    );
  }

  /** Public events of one kind. */
  told<E extends PublicEvent['event']>(name: E): Extract<PublicEvent, { event: E }>[] {
    return this.heard.filter((event): event is Extract<PublicEvent, { event: E }> => event.event === name);
  }

  close(): void {
    this.ledger.close();
    removeFolder(this.folder);
  }
}

/** A rig that is cleared away after the test. */
export function openRig(): Rig {
  const rig = new Rig();
  onTestFinished(() => rig.close());
  return rig;
}
