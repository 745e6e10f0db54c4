/** The real provider in front of an emulated service, and the same with a protection taken away. */
import { setTimeout as sleep } from 'node:timers/promises';
import replicateModule from '../../src/providers/replicate.ts';
import { ProviderError } from '../../src/errors.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { Emulator } from '../emulators/emulator.ts';

/** The one key that is good. */
export const TOKEN = 'emulated-token';

/** A protection taken away on purpose: what may have changed since is trusted, or what the service says at first. */
export type Broken =
  | 'denies'
  | 'asks for the input of today'
  | 'takes any account for its own'
  | 'looks only where things were'
  | 'believes the first no';

/** A provider, and what is to be told when the address of a picture is refused. */
export interface Staged {
  provider: Provider;
  onRefused: () => void;
}

/** The real provider. To a stranger's key the account is empty. */
export async function service(
  { emulator, aheadMs }: { emulator: Emulator; aheadMs: number },
  { input = {}, isForeign = false, broken }: { input?: object; isForeign?: boolean; broken?: Broken | undefined },
): Promise<Staged> {
  const foreign: typeof fetch = async (address, init) => {
    const { pathname } = new URL(address instanceof Request ? address.url : address);
    if (pathname.endsWith('/predictions')) return Response.json({ next: null, results: [] });
    return pathname.includes('/predictions/') ? Response.json({}, { status: 404 }) : fetch(address, init);
  };
  const provider = await replicateModule.create({
    options: { baseUrl: `${emulator.url}/v1`, pollMs: 10, settleMs: 0, priceUsd: 0.025, input },
    keyVariables: ['REPLICATE_API_TOKEN'],
    env: { REPLICATE_API_TOKEN: TOKEN },
    fetch: isForeign ? foreign : fetch,
    now: () => Date.now() + aheadMs,
    elapsed: () => performance.now(),
    sleep: quickly,
    timeoutMs: isForeign ? 40 : 5_000,
  });
  if (broken === 'believes the first no') return believing(provider, `${emulator.url}/v1/predictions`);
  const find = provider.find && broken && brokenFind(provider.find, broken);
  return { provider: { ...provider, ...(find && { find }) }, onRefused: () => {} };
}

/** What is not there, or has a refused address, is given up. */
function believing(provider: Provider, predictions: string): Staged {
  const gone = new ProviderError('gone', { failure: 'unusable', charged: 'yes', expired: true });
  let isRefused = false;
  const collect: Provider['collect'] = async (accepted, request, call) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const { status } = await fetch(`${predictions}/${accepted.remoteId}`, { headers });
    if (isRefused || status === 404 || !provider.collect) throw gone;
    return provider.collect(accepted, request, call);
  };
  return { provider: { ...provider, collect }, onRefused: () => (isRefused = true) };
}

type Find = NonNullable<Provider['find']>;

function brokenFind(find: Find, broken: Broken): Find {
  return async (lost, call) => {
    const { sent } = lost;
    if (broken === 'denies') return { state: 'absent' };
    if (broken === 'asks for the input of today')
      return find({ ...lost, sent: { ...sent, input: { ...Object(sent['input']), prompt: 'words of today' } } }, call);
    return find(lost, call);
  };
}

/** Waits are short here. */
export async function quickly(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {}).catch(() => {});
}
