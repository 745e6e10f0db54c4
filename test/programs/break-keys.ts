/**
 * For `NODE_OPTIONS=--import`: a machine on which `crypto.randomUUID` fails after `KEYS_BEFORE` calls. Nobody expects
 * that, so it is what a bug looks like. The message holds what a bug's message may hold: a key, and terminal control.
 */
const { randomUUID } = crypto;
let left = Number(process.env['KEYS_BEFORE'] ?? 0);

crypto.randomUUID = () => {
  left -= 1;
  if (left < 0) throw new TypeError(`no more keys, ${process.env['OPENAI_API_KEY'] ?? 'none'} was the last`);
  return randomUUID.call(crypto);
};
