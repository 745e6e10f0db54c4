import { setFlagsFromString } from 'node:v8';

/**
 * `bin/imggen.js` keeps the heap tight, so that a long run needs no more memory than a short one. Where answers are
 * megabytes of text, collecting so often would cost more than making the pictures: the heap may grow to four times what
 * is alive before V8 looks through it. Left to itself, V8 looks every ten megabytes, since waiting is all we do
 * meanwhile (200 pictures of 1.5 MB: 57 times, 5.3 s of CPU; so 10 times, 3.6 s).
 * What runs a few times a second is not worth compiling for speed: that takes more time than it saves.
 * V8's helper threads stay: a marker may run when this is called, and without them only 2 % of the CPU is saved.
 */
export function growHeap(): void {
  setFlagsFromString('--no-optimize-for-size');
  setFlagsFromString('--heap-growing-percent=300');
  setFlagsFromString('--no-opt');
}
