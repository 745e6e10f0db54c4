/**
 * Wheels: lists that are walked together so that neighbours differ in everything and no combination comes twice before
 * each has come once. Pure.
 */

/**
 * Where wheels of these sizes stand at step `index`, each 0 … size − 1. All combinations come once in every
 * product-of-sizes steps, whatever the sizes; the first wheel moves at every step (if it has more than one notch).
 */
export function wheelPositions(sizes: readonly number[], index: number): number[] {
  const together = sizes.reduce(leastCommonMultiple, 1);
  const step = index % together;
  let lap = Math.floor(index / together);
  let before = 1;
  return sizes.map((size) => {
    const slips = greatestCommonDivisor(before, size);
    before = leastCommonMultiple(before, size);
    const slip = lap % slips;
    lap = Math.floor(lap / slips);
    return (((step + slip) % size) * spread(size)) % size;
  });
}

/** A stride near the golden section of `size` that visits all of it: neighbours in a list come far apart in time. */
function spread(size: number): number {
  let stride = Math.max(1, Math.round(size * 0.382));
  while (greatestCommonDivisor(stride, size) !== 1) stride++;
  return stride;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

/** The entry of a list; outside of it is a bug. */
export function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  if (item === undefined)
    throw new RangeError(`the catalogue has ${list.length} entries and was asked for number ${index}`);
  return item;
}
