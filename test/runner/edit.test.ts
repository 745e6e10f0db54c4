/** Which pictures go along with an edit, and who can make one. Pure. */
import { describe, expect, it } from 'vitest';
import { promptWithRoles } from '../../src/runner/roles.ts';
import { sentReferences } from '../../src/runner/sent-references.ts';
import { unfit } from '../../src/runner/unfit.ts';
import { unfitToStandIn } from '../../src/runner/fallback.ts';
import type { Capabilities } from '../../src/providers/capabilities.ts';
import type { Reference, ReferenceRole } from '../../src/shot.ts';
import { provider } from '../support/runner-rig.ts';
import { settingsOf } from '../support/settings.ts';

const picture = (name: string, role: ReferenceRole): Reference => ({
  path: `/${name}.png`,
  sha256: name,
  mime: 'image/png',
  sizeBytes: 1,
  role,
});

const source = picture('street', 'source');
const faces = [picture('face', 'face'), picture('side', 'face')];
const pictures = [picture('training', 'face')];
const own = [source, picture('mug', 'product')];
const sent = (keepsFace: Capabilities['keepsFace'], referencesMax: number) =>
  sentReferences({ faces, pictures, own }, { keepsFace, referencesMax }).map(({ sha256 }) => sha256);

describe('the pictures of an edit', () => {
  it('are its source, then as much of the face as a model of several pictures takes', () => {
    expect(sent('references', 16)).toEqual(['street', 'face', 'side']);
    expect(sent('references', 2)).toEqual(['street', 'face']);
    expect(sent('references', 1)).toEqual(['street']);
    expect(sent('edit', 4)).toEqual(['street']);
    expect(sent('drawn', 0)).toEqual([]);
  });

  it('hold the source once, and first, where it is the face', () => {
    const both = { faces: [faces[1] ?? source, { ...source, role: 'face' as const }], pictures, own: [source] };
    expect(sentReferences(both, { keepsFace: 'references', referencesMax: 4 })).toEqual([source, faces[1]]);
  });

  it('are told apart in the prompt, which stays as it is with the source alone', () => {
    expect(promptWithRoles('a red coat', [source])).toBe('a red coat');
    expect(promptWithRoles('a red coat', [source, ...faces])).toBe(
      'a red coat Reference pictures: 1 is the picture to edit; 2 and 3 show the person.',
    );
  });
});

const SETTINGS = settingsOf();

describe('a model that is asked for an edit', () => {
  const paper = provider({ submit: () => Promise.reject(new Error('a question only')) });
  const asked = { ...SETTINGS, references: [{ role: 'source' as const, picture: '/street.png' }] };
  const ready = (can: Partial<Capabilities>) => ({
    provider: { ...paper, capabilities: () => ({ ...paper.capabilities('m'), ...can }) },
    model: 'm',
    scope: 's',
    intervalMs: 0,
  });
  const why = (can: Partial<Capabilities>) =>
    unfit(ready(can), 'm', { settings: asked, references: 1, promptChars: 10 });

  it.each<[string, Partial<Capabilities>, string | undefined]>([
    ['changes pictures', { keepsFace: 'edit', referencesMax: 1 }, undefined],
    ['makes new scenes of several', { keepsFace: 'references', referencesMax: 4 }, undefined],
    ['paints over them, as the user chose', { keepsFace: 'repaint', referencesMax: 1 }, undefined],
    ['draws anew', { keepsFace: 'drawn', referencesMax: 0 }, undefined],
    ['takes none', { keepsFace: 'none', referencesMax: 0 }, 'it takes no picture to edit'],
    [
      'takes the face only',
      { keepsFace: 'identity', referencesMax: 4 },
      'it takes a face from a picture, and edits none',
    ],
    ['withholds them', { keepsFace: 'repaint', referencesMax: 0, withheld: 'only paints over' }, 'it only paints over'],
  ])('and %s', (_, can, expected) => {
    expect(why(can)).toBe(expected);
  });

  it('is never replaced by one that draws anew', () => {
    const demand = { settings: asked, references: 1, promptChars: 10, price: () => undefined };
    const drawing = ready({ keepsFace: 'drawn', referencesMax: 0 });
    expect(unfitToStandIn(drawing, 'm', demand)).toBe('it draws anew, and edits no picture');
  });
});
