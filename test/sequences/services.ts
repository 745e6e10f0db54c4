/** The emulated services of a sequence: they fail as told, and stop the running program at an exact moment. */
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { openai } from '../emulators/openai.ts';
import { replicate } from '../emulators/replicate.ts';
import type { Answer, Call, Charge, Route, Service } from '../emulators/service.ts';
import type { Running } from '../support/harness/cli.ts';
import type { Ending, Trouble } from './steps.ts';

/** What a picture takes at a service, in ms: a process can be stopped in between. */
const LATENCY_MS = 60;

const REFUSED = JSON.stringify({
  error: { message: 'refused', type: 'image_generation_user_error', code: 'moderation_blocked' },
});

/** What goes wrong, as the emulators know it. */
const FAULTS: Record<Trouble['what'], Omit<Fault, 'times'>> = {
  'lost answer': { on: 'submit', kind: 'reset-after' },
  'broken answer': { on: 'submit', kind: 'html' },
  refusal: { on: 'submit', kind: 'status', status: 400, body: REFUSED },
  'rate limit': { on: 'submit', kind: 'status', status: 429, headers: { 'retry-after': '0' }, body: '{}' },
  down: { on: 'submit', kind: 'status', status: 409, body: '{}' },
  'cut download': { on: 'download', kind: 'truncate-length' },
};

/** Both services of a sequence. */
export class Services {
  /** Where they are. */
  readonly urls: { replicate: string; openai: string };
  private readonly emulators: { replicate: Emulator; openai: Emulator };
  private readonly moment: Moment;

  private constructor(emulators: { replicate: Emulator; openai: Emulator }, moment: Moment) {
    this.emulators = emulators;
    this.moment = moment;
    this.urls = { replicate: `${emulators.replicate.url}/v1`, openai: `${emulators.openai.url}/v1` };
  }

  static async start(): Promise<Services> {
    const moment = new Moment();
    const start = (service: Service) => startEmulator(moment.watched(service), { latencyMs: LATENCY_MS });
    return new Services({ replicate: await start(replicate()), openai: await start(openai()) }, moment);
  }

  /** All charges, oldest first. */
  charges(): Charge[] {
    const all = [...this.emulators.replicate.charges(), ...this.emulators.openai.charges()];
    return all.sort((a, b) => a.at.localeCompare(b.at));
  }

  /** For one command: what goes wrong. Without troubles all goes well. */
  trouble(troubles: readonly Trouble[]): void {
    for (const at of ['replicate', 'openai'] as const) {
      const faults = troubles.filter((one) => one.at === at).map(({ what, times }) => ({ ...FAULTS[what], times }));
      this.emulators[at].faults.splice(0, Infinity, ...faults);
    }
  }

  /** Waits for what the services have begun: a request whose sender is gone is charged all the same. */
  async idle(): Promise<void> {
    while (this.moment.begun.size > 0) await Promise.allSettled(this.moment.begun);
  }

  /** Stops a process at that moment, if it comes. */
  endAt(running: Running, ending: Ending | undefined): void {
    this.moment.await(running, ending);
  }

  async close(): Promise<void> {
    await Promise.all([this.emulators.replicate.close(), this.emulators.openai.close()]);
  }
}

/** The moment at which a process is stopped: counted in calls, so that it is the same each time. */
class Moment {
  /** Requests that have not been answered. */
  readonly begun = new Set<Promise<unknown>>();
  private seen = 0;
  private ending: Ending | undefined;
  private running: Running | undefined;

  await(running: Running, ending: Ending | undefined): void {
    this.seen = 0;
    this.ending = ending;
    this.running = running;
  }

  watched(service: Service): Service {
    const routes = service.routes.map((route) => ({
      ...route,
      handle: async (call: Parameters<typeof route.handle>[0]) => {
        const answer = this.handle(route, call);
        this.begun.add(answer);
        return answer.finally(() => this.begun.delete(answer));
      },
    }));
    return { ...service, routes };
  }

  private async handle(route: Route, call: Call): Promise<Answer> {
    const { ending } = this;
    const isIt = ending?.on === route.operation && (this.seen += 1) === ending.nth;
    if (isIt && ending.when === 'before') await this.come(ending);
    const answer = await route.handle(call);
    if (isIt && ending.when === 'after') await this.come(ending);
    return answer;
  }

  private async come({ signal }: Ending): Promise<void> {
    this.running?.kill(signal);
    if (signal === 'SIGKILL') await this.running?.ended;
  }
}
