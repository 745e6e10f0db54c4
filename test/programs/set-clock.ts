/**
 * For `NODE_OPTIONS=--import`: starts the process at another instant (`TEST_CLOCK`, ISO); its clock goes on from there.
 * Nothing of the program knows: it asks `Date` as always.
 */
const start = Date.parse(process.env['TEST_CLOCK'] ?? '');
if (Number.isNaN(start)) throw new Error('TEST_CLOCK names no instant');
const RealDate = Date;
const aheadMs = start - RealDate.now();
const now = (): number => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});
