/** Recorded answers of a queue, replayed to its provider: to a request, to readings, to a question for its health. */
import type { ProviderModule } from '../../src/providers/definition.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { ImageRequest, Provider } from '../../src/providers/provider.ts';
import { call } from '../support/providers/openai-request.ts';
import { collectOne } from '../support/providers/request.ts';
import { ticking } from '../support/providers/time.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type Recording, recording, type ServiceName } from './recording.ts';
import { startReplay } from './replay.ts';

/** What is asked: with which key, for which picture, by which id. */
interface Asked {
  key: string;
  request: ImageRequest;
  remoteId: string;
}

/** The replays of one provider. Closing them is the caller's (`closeReplays`). */
export function queueReplay(module: ProviderModule, service: ServiceName, { key, request, remoteId }: Asked) {
  const keyVariables = PROVIDERS[module.name]?.keyVariables ?? [];
  const of = (name: string): Recording => recording(service, name);

  function providerAt(url: string): Promise<Provider> {
    return module.create({
      options: { baseUrl: url, pollMs: 10 },
      keyVariables,
      env: { [keyVariables[0] ?? '']: key },
      fetch,
      now: Date.now,
      elapsed: ticking(),
      sleep: async () => {},
      timeoutMs: 10_000,
    });
  }
  return {
    of,
    providerAt,
    /** The answer to a request. */
    submitted: async (name: string): Promise<Outcome> => {
      const server = await startReplay({ POST: [of(name)] });
      return outcomeOf((await providerAt(server.url)).submit(request, call));
    },
    /** The answers to readings, one after the other. */
    read: async (...names: string[]): Promise<Outcome> => {
      const server = await startReplay({ GET: names.map(of) });
      return outcomeOf(collectOne(await providerAt(server.url), remoteId, request, call) as Promise<Outcome>);
    },
  };
}
