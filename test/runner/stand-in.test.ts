/** Whether a fallback is asked for a picture: one row for each promise that it could break. */
import { expect, it } from 'vitest';
import type { JobSettings } from '../../src/ledger/records.ts';
import type { Capabilities } from '../../src/providers/capabilities.ts';
import { unfitToStandIn } from '../../src/runner/fallback.ts';
import { ready } from '../support/jobs.ts';
import { picture, provider } from '../support/runner-rig.ts';
import { settingsOf } from '../support/settings.ts';

const paper = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });
const PRICE = { worstMicros: 50, expectedMicros: 40, source: 'test', asOf: '2026-01-01' };
const SETTINGS = settingsOf({ provider: 'main', fallback: ['paper'], model: 'main-1', width: 64, height: 96 });
const face = { role: 'face', picture: '/face.png' } as const;

interface Row {
  can?: Partial<Capabilities>;
  settings?: Partial<JobSettings>;
  references?: number;
  promptChars?: number;
  worstMicros?: number | null;
}

it.each<[string, Row, RegExp | undefined]>([
  ['as it is', {}, undefined],
  ['with one reference', { references: 1 }, undefined],
  ['with more references than it takes', { references: 2 }, /takes 1 reference pictures, 2 are asked/],
  ['with a face, and it takes none', { references: 1, can: { referencesMax: 0 } }, /takes 0 reference pictures/],
  ['with given references', { settings: { references: [face, face] } }, /takes 1 reference pictures, 2 are asked/],
  ['with a face that it would leave out', { references: 1, can: { withheld: 'only paints over' } }, /it only paints/],
  ['without a face', { can: { withheld: 'only paints over' } }, undefined],
  ['without a reference that it needs', { can: { referencesMin: 1 } }, /needs a reference picture/],
  ['with the reference that it needs', { references: 1, can: { referencesMin: 1 } }, undefined],
  ['with a seed that is required', { settings: { requireSeed: true }, can: { seed: 'none' } }, /no seed, and one is/],
  ['with a seed that is not required', { can: { seed: 'none' } }, undefined],
  ['of a size that it has not', { can: { sizes: { kind: 'list', sizes: ['8x8'] } } }, /64x96 is not one of 8x8/],
  ['of a ratio that it has not', { can: { sizes: { kind: 'ratio', ratios: ['1:1'] } } }, /none of the ratios 1:1/],
  ['of a ratio that it decides', { settings: { aspectRatio: '2:3' }, can: { sizes: { kind: 'any' } } }, /it decides/],
  ['without a background', { settings: { transparent: true } }, /transparent background/],
  ['without a background that it can', { settings: { transparent: true }, can: { transparent: true } }, undefined],
  ['of a quality that it has not', { settings: { quality: 'high' }, can: { qualities: ['low'] } }, /no quality "high"/],
  ['with a longer prompt than it takes', { promptChars: 21, can: { promptMaxChars: 20 } }, /at most 20 characters/],
  ['at a price that nobody knows', { worstMicros: null }, /nobody knows what a picture/],
  ['at such a price, accepted', { worstMicros: null, settings: { allowUnknownPrice: true } }, undefined],
  ['above the cap of a picture', { settings: { caps: { perImageMicros: 49 } } }, /cap of one is \$0\.000049/],
  ['at the cap of a picture', { settings: { caps: { perImageMicros: 50 } } }, undefined],
])('a fallback for a picture %s', (_, { can, settings, references = 0, promptChars = 9, worstMicros = 50 }, why) => {
  const capabilities = () => ({ ...paper.capabilities(''), ...can });
  const price = () => (worstMicros === null ? undefined : { ...PRICE, worstMicros });
  const demand = { settings: { ...SETTINGS, ...settings }, references, promptChars, price };
  const found = unfitToStandIn(ready({ ...paper, capabilities }), 'paper-1', demand);
  if (why === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(why);
});
