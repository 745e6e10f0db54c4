import { setFlagsFromString } from 'node:v8';
import type { Provider } from '../providers/provider.ts';

/**
 * `bin/imggen.js` keeps the heap tight, so that a long run needs no more memory than a short one. Where answers are
 * megabytes of text, collecting so often would cost more than making the pictures: V8 may let the heap grow again.
 */
export function loosenHeapFor(providers: Iterable<Pick<Provider, 'answersInline'>>): void {
  if (![...providers].some((provider) => provider.answersInline)) return;
  setFlagsFromString('--no-optimize-for-size');
}
