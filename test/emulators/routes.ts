/** What a request asks for. */
import type { IncomingMessage } from 'node:http';
import type { Route } from './service.ts';

export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route?: Route; params: Record<string, string> } {
  const asked = path.split('/');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPath(route.path.split('/'), asked);
    if (params !== undefined) return { route, params };
  }
  return { params: {} };
}

function matchPath(wanted: readonly string[], asked: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = asked[index];
    if (segment === undefined) return undefined;
    if (part.startsWith('*')) return { ...params, [part.slice(1)]: asked.slice(index).join('/') };
    if (part.startsWith(':')) {
      if (segment === '') return undefined;
      params[part.slice(1)] = segment;
    } else if (part !== segment) return undefined;
  }
  return wanted.length === asked.length ? params : undefined;
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export function jsonOf(request: IncomingMessage, body: Buffer): unknown {
  if (!/json/i.test(request.headers['content-type'] ?? '') || body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

export function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
