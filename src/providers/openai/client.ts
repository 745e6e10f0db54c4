/** The client of the official package: one for a key and an address, with a fetch for each call. */
import type OpenAI from 'openai';
import type { ProviderSettings } from '../definition.ts';

/** Where and as whom to ask. */
export interface ClientAccess {
  key: string;
  baseUrl: string;
  settings: Pick<ProviderSettings, 'env'>;
}

/** Where the package hands the fetch of a call on to ours: it passes unknown options of a request as they are. */
const FETCH: unique symbol = Symbol('fetch of the call');

/** Options of a request that carry its fetch; the body is one of the package's names, which it must have none of. */
export interface OwnFetch {
  [FETCH]: typeof fetch;
  body?: never;
}

/** What a request of the client needs to be sent, by this fetch. */
export function fetchingWith(fetch: typeof globalThis.fetch): OwnFetch {
  return { [FETCH]: fetch };
}

const clients = new WeakMap<ClientAccess, OpenAI>();

/**
 * The client, with everything off in it that could send a request twice or log. Made once: that takes as long as all
 * else that is done here for a call. It sends only what has `fetchingWith` among its options.
 */
export async function clientOf(access: ClientAccess): Promise<OpenAI> {
  const known = clients.get(access);
  if (known) return known;
  const { key, baseUrl, settings } = access;
  // Empty is as good as not set, as for the package itself.
  const [organization, project] = ['OPENAI_ORG_ID', 'OPENAI_PROJECT_ID'].map(
    (name) => settings.env[name]?.trim() || undefined,
  );
  const account = {
    authorization: `Bearer ${key}`,
    ...(organization !== undefined && { 'openai-organization': organization }),
    ...(project !== undefined && { 'openai-project': project }),
  };
  const { OpenAI } = await import('openai');
  const client = new OpenAI({
    apiKey: key,
    adminAPIKey: null,
    baseURL: baseUrl,
    organization: organization ?? null,
    project: project ?? null,
    webhookSecret: null,
    maxRetries: 0,
    // The signal ends the call; the package's own timer would not wait for an answer that is there.
    timeout: 2_147_483_647,
    logLevel: 'off',
    fetch: (input, init) => ownFetch(input, init, account),
  });
  clients.set(access, client);
  return client;
}

/** What the package says of itself and of the body. */
const PACKAGE_HEADERS = /^(accept|content-type|user-agent|x-stainless-.+)$/;

/** The fetch of the call, with no other headers than known ones. */
async function ownFetch(
  input: string | URL | Request,
  init: (RequestInit & { [FETCH]?: typeof fetch }) | undefined,
  account: Readonly<Record<string, string>>,
): Promise<Response> {
  const { [FETCH]: fetch, headers, ...rest } = init ?? {};
  if (!fetch) throw new Error('a request that no call has made was stopped');
  // The package adds those of OPENAI_CUSTOM_HEADERS of this process, which may name another account.
  const known = [...new Headers(headers)].filter(([name]) => PACKAGE_HEADERS.test(name));
  return fetch(input, { ...rest, headers: { ...Object.fromEntries(known), ...account } });
}
