/**
 * The addresses of accepted work. fal says not to build them; what it names is kept, without its host: the key goes to
 * the base URL alone, whatever an answer says. Pure.
 */
import { z } from 'zod';

const told = z.string().nullish().catch(undefined);

/**
 * The answer to a request: an id, and where to ask about it. The id goes into addresses, so its form is checked; the
 * other fields may be anything, as the id is enough.
 */
export const submittedSchema = z.object({
  request_id: z.string().regex(/^[\w-]{1,100}$/),
  status_url: told,
  response_url: told,
  cancel_url: told,
});

/** Where accepted work is asked for: paths behind the base URL. */
export interface Addresses {
  status: string;
  result: string;
  cancel: string;
}

/** The queue and its backup host (fal.ai/docs, Queue API): what they name is asked for at the base URL. */
const OFFICIAL = new Set(['https://queue.fal.run', 'https://queue.falrun.com']);
const ID_LENGTH_MAX = 200;
/** Namespaces that stand before owner and app (fal-js `utils.ts`). */
const NAMESPACES = new Set(['workflows', 'comfy']);

/**
 * The remote id of accepted work: the path of its request, and behind commas what its addresses add to it, where that
 * is not the usual. An address of another host, or of another form, is not used: the usual ones are.
 */
export function remoteIdOf(submitted: z.infer<typeof submittedSchema>, endpoint: string, baseUrl: string): string {
  const { request_id: id, status_url: status, response_url: result, cancel_url: cancel } = submitted;
  const usual = `${appOf(endpoint)}/requests/${id}`;
  const paths = [status, result, cancel].map((url) => pathOf(url, baseUrl));
  const [work] = /^.*\/requests\/[\w-]+/.exec(paths[1] ?? '') ?? [];
  if (work === undefined || !work.endsWith(`/${id}`)) return usual;
  const added = paths.map((path) => (path?.startsWith(work) ? path.slice(work.length) : undefined));
  if (added.some((path) => path === undefined || !/^[\w/-]*$/.test(path))) return usual;
  const plain = added.join() === '/status,,/cancel';
  const remoteId = plain ? work : [work, ...added].join();
  return remoteId.length > ID_LENGTH_MAX ? usual : remoteId;
}

/** The addresses that a remote id holds. */
export function addressesOf(remoteId: string): Addresses {
  const [work, status = '/status', result = '', cancel = '/cancel'] = remoteId.split(',');
  return { status: `/${work}${status}`, result: `/${work}${result}`, cancel: `/${work}${cancel}` };
}

/** `fal-ai/flux-2-pro` of `fal-ai/flux-2-pro/edit`: work is found under the app. */
function appOf(endpoint: string): string {
  const parts = endpoint.split('/');
  return parts.slice(0, NAMESPACES.has(parts[0] ?? '') ? 3 : 2).join('/');
}

/** The path behind the base URL, without a slash in front; undefined for an address that is not asked. */
function pathOf(address: string | null | undefined, baseUrl: string): string | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const [url, base] = [new URL(address), new URL(baseUrl)];
  const own = url.origin === base.origin ? base.pathname.replace(/\/$/, '') : '';
  if (url.origin !== base.origin && !OFFICIAL.has(url.origin)) return undefined;
  const path = url.pathname.startsWith(`${own}/`) ? url.pathname.slice(own.length + 1) : undefined;
  return url.search === '' && path !== undefined && /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.includes('..')
    ? path
    : undefined;
}
