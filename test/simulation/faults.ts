/** What goes wrong at the simulated service. */

/**
 * What goes wrong with one request. `…-after`: when it has been charged. `late`: it arrives seconds after its sender
 * gave up.
 */
export const SUBMIT_FAULTS = [
  'ok',
  'limited',
  'down',
  'reset-before',
  'reset-after',
  'late',
  'hang',
  'hang-after',
  'refused',
  'unusable',
] as const;

export type SubmitFault = (typeof SUBMIT_FAULTS)[number];
export const READ_FAULTS = ['ok', 'down', 'cut'] as const;
export type ReadFault = (typeof READ_FAULTS)[number];
