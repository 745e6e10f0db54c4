/** sharp, loaded when the first picture needs it and set up once. */
import type sharp from 'sharp';

/** The library itself. */
export type Sharp = typeof sharp;

let loading: Promise<Sharp> | undefined;

/**
 * Loads sharp. Its work runs in libuv's pool, never on the main thread. One libvips thread per picture, since several
 * pictures are in work at a time; no cache, since no picture is read twice.
 */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return loading;
}
