/** Holds an emulator's answer against the recorded one of the same situation. */
import { type Recording, recording, type ServiceName } from './recording.ts';
import { type Comparison, differences } from './shape.ts';

/** A recorded answer and the same situation at the emulator. */
export interface Counterpart extends Omit<Comparison, 'alsoSeen'> {
  /** Brings the situation about. */
  produce: () => Promise<Response>;
  /** More recordings of the same kind of answer. */
  seen?: readonly string[];
  /** More that the service is known to send, from the types of its package. */
  typed?: readonly unknown[];
  /** Places whose values have to be the same, too (codes and types of errors). */
  same?: readonly string[];
}

/** How the emulator's answer differs from the recorded one, in a sentence each. */
export async function unlike(service: ServiceName, name: string, counterpart: Counterpart): Promise<string[]> {
  const real = recording(service, name);
  const response = await counterpart.produce();
  const { seen = [], typed = [], same = [], ...how } = counterpart;
  const alsoSeen = [...seen.map((other) => contentOf(recording(service, other))), ...typed];
  const [emulated, really] = [
    parsed(await response.text(), typeOf(response.headers.get('content-type'))),
    contentOf(real),
  ];
  return [
    ...(response.status === real.status ? [] : [`status: emulated ${response.status}, really ${real.status}`]),
    ...typeDifference(response, real),
    ...differences(emulated, really, { ...how, alsoSeen }),
    ...same
      .filter((path) => valueAt(emulated, path) !== valueAt(really, path))
      .map((path) => `${path}: emulated ${String(valueAt(emulated, path))}, really ${String(valueAt(really, path))}`),
  ];
}

function typeDifference(response: Response, { headers }: Recording): string[] {
  const [emulated, real] = [typeOf(response.headers.get('content-type')), typeOf(headers['content-type'] ?? null)];
  return real === '' || real === emulated ? [] : [`content-type: emulated ${emulated}, really ${real}`];
}

function typeOf(header: string | null): string {
  return header?.split(';')[0]?.trim().toLowerCase() ?? '';
}

function contentOf({ body, headers }: Recording): unknown {
  return typeof body === 'string' ? parsed(body, typeOf(headers['content-type'] ?? null)) : body;
}

/** Events by their type, each type once: the form of a stream. */
function parsed(text: string, type: string): unknown {
  if (type !== 'text/event-stream') return JSON.parse(text) as unknown;
  const events = text.split('\n\n').filter((event) => event.trim() !== '');
  return Object.fromEntries(
    events.map((event) => {
      const [, name = '', data = ''] = /^event: (.+)\ndata: (.+)$/.exec(event) ?? [];
      return [name, JSON.parse(data) as unknown];
    }),
  );
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}
