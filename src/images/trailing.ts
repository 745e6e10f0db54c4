/** Servers that pad a body pad it with zeros: harmless behind a whole image. Anything else there is not. */

/** True when everything from `from` on is zero, or nothing is there. */
export function isZeros(buffer: Buffer, from: number): boolean {
  for (let at = from; at < buffer.length; at += 1) if (buffer[at] !== 0) return false;
  return true;
}
