/** The real provider in front of an emulated service, and the same with a protection taken away. */
import { setTimeout as sleep } from 'node:timers/promises';
import replicateModule from '../../src/providers/replicate.ts';
import type { CallContext, Finding, LostAttempt, Provider } from '../../src/providers/provider.ts';
import type { Emulator } from '../emulators/emulator.ts';

/** The one key that is good. */
export const TOKEN = 'emulated-token';

/** A protection taken away on purpose: a look-up that finds nothing, or trusts what may have changed since. */
export type Broken = 'denies' | 'asks for the input of today' | 'takes any account for its own';

/** The real provider. To a stranger's key the account is empty. */
export async function service(
  { emulator, aheadMs }: { emulator: Emulator; aheadMs: number },
  { input = {}, isForeign = false, broken }: { input?: object; isForeign?: boolean; broken?: Broken | undefined },
): Promise<Provider> {
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
  return broken ? { ...provider, find: (lost, call) => brokenFind(provider, { lost, call, broken }) } : provider;
}

async function brokenFind(
  { find }: Provider,
  { lost, call, broken }: { lost: LostAttempt; call: CallContext; broken: Broken },
): Promise<Finding> {
  const { sent } = lost;
  if (broken === 'denies' || !find) return { state: 'absent' };
  if (broken === 'asks for the input of today')
    return find({ ...lost, sent: { ...sent, input: { ...Object(sent['input']), prompt: 'words of today' } } }, call);
  return find(lost, call);
}

/** Waits are short here. */
export async function quickly(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {}).catch(() => {});
}
