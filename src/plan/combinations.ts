/**
 * Combinations of several lists, one entry of each: two that follow each other differ in everything where they can, and
 * none comes twice before each has come once. Pure.
 */

/**
 * The indices, each 0 … size − 1, of combination number `index` of lists of these sizes. All combinations come once in
 * every product-of-sizes numbers, whatever the sizes; the first index changes with every number.
 */
export function combinationAt(sizes: readonly number[], index: number): number[] {
  const together = sizes.reduce(leastCommonMultiple, 1);
  const step = index % together;
  // All indices would begin again together before all combinations were seen: from then on some are moved by one.
  let round = Math.floor(index / together);
  let before = 1;
  return sizes.map((size) => {
    const shifts = greatestCommonDivisor(before, size);
    before = leastCommonMultiple(before, size);
    const shift = round % shifts;
    round = Math.floor(round / shifts);
    return (((step + shift) % size) * spread(size)) % size;
  });
}

/** A stride near the golden section of `size` that visits all of it: entries beside each other come far apart. */
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
