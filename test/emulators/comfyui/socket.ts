/** The messages that ComfyUI sends to whoever listens under a name, in frames of a WebSocket (RFC 6455). */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 0x88;

/** Accepts a listener, sends these messages (bytes as a preview picture), and closes when the listener does. */
export function tellListener(request: IncomingMessage, socket: Duplex, messages: readonly (object | Buffer)[]): void {
  const key = `${String(request.headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.on('error', () => {});
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
  for (const message of messages)
    socket.write(Buffer.isBuffer(message) ? frame(BINARY, message) : frame(TEXT, Buffer.from(JSON.stringify(message))));
  // The only thing that a listener sends is that it goes.
  socket.on('data', () => socket.end(frame(CLOSE, Buffer.alloc(0))));
}

/** At most 64 kB. */
function frame(kind: number, bytes: Buffer): Buffer {
  const head =
    bytes.length < 126
      ? Buffer.from([kind, bytes.length])
      : Buffer.from([kind, 126, bytes.length >> 8, bytes.length & 255]);
  return Buffer.concat([head, bytes]);
}
