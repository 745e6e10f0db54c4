/**
 * A wire that breaks: passes connections on to a port and resets each after so many bytes of the client's.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A running wire. */
export interface Wire {
  url: string;
  close(): Promise<void>;
}

/** Starts a wire to a loopback service that breaks after `cutAfterBytes` of each request's way up. */
export async function startCutWire(target: string, cutAfterBytes: number): Promise<Wire> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    let passed = 0;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    client.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (passed <= cutAfterBytes) return upstream.write(chunk);
      client.resetAndDestroy();
      return upstream.destroy();
    });
    client.on('end', () => upstream.end());
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
