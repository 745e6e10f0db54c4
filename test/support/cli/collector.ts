import { Writable } from 'node:stream';

/** A stream that keeps what is written to it. */
export class Collector extends Writable {
  private readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.chunks.push(chunk);
    callback();
  }

  /** What was written, without the last line end. */
  text(): string {
    return Buffer.concat(this.chunks).toString('utf8').replace(/\n$/, '');
  }
}
