/** A server of a few lines, and requests to it whose failure is what is looked at. */
import type { Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { expect, onTestFinished } from 'vitest';

/** Listens on the loopback until the test is over. Returns `127.0.0.1:port`. */
export async function listen(server: Server | TcpServer): Promise<string> {
  onTestFinished(async () => {
    const closed = new Promise((done) => server.close(done));
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A paid request with a key in it. */
export const post = { method: 'POST', body: '{}', headers: { authorization: 'Bearer canary-key-1234' } };

/** What was thrown; fails when nothing was. */
export const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );
