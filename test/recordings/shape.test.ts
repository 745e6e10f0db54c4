/** The comparison that the emulators are judged by can fail: each kind of difference is found, and no other. */
import { describe, expect, it } from 'vitest';
import { bodyOf } from './recording.ts';
import { differences } from './shape.ts';

const real = { id: 'a', count: 1, error: null, tags: [{ name: 'x', size: 1 }], input: { prompt: 'p' } };

describe('the comparison of forms', () => {
  it('finds nothing where only values differ', () => {
    const emulated = {
      id: 'b',
      count: 2.5,
      error: null,
      tags: [
        { name: 'y', size: 3 },
        { name: 'z', size: 4 },
      ],
      input: {},
    };
    expect(differences(emulated, real, { omits: ['input.prompt'] })).toEqual([]);
    expect(differences(structuredClone(real), real)).toEqual([]);
  });

  it('finds a key that the service never sends, also in the second element of a list', () => {
    const emulated = {
      ...real,
      surplus: 1,
      tags: [
        { name: 'x', size: 1 },
        { name: 'y', size: 1, color: 'red' },
      ],
    };
    expect(differences(emulated, real)).toEqual([
      'surplus: the emulator sends it, the service never does',
      'tags[].color: the emulator sends it, the service never does',
    ]);
  });

  it('finds a key that the emulator forgets, unless it is said to be omitted', () => {
    const { count: _, ...emulated } = { ...real, tags: [{ name: 'x' }] };
    expect(differences(emulated, real)).toEqual([
      'count: the service sends it, the emulator does not',
      'tags[].size: the service sends it, the emulator does not',
    ]);
    expect(differences(emulated, real, { omits: ['count', 'tags[].size'] })).toEqual([]);
  });

  it('finds an omission that is none', () => {
    expect(differences(real, real, { omits: ['count'] })).toEqual(['count: named as omitted, and is not missing']);
  });

  it('finds another type, null included', () => {
    const emulated = { ...real, id: 7, error: 'broken', tags: {} };
    expect(differences(emulated, real)).toEqual([
      'id: emulated as number, really string',
      'error: emulated as string, really null',
      'tags: emulated as object, really array',
    ]);
    expect(differences(emulated, real, { alsoSeen: [{ id: 7, error: 'x', tags: {} }] })).toEqual([]);
    expect(differences([], real)).toEqual(['body: emulated as array, really object']);
  });

  it('leaves the keys of data alone, and looks at the type of what holds them', () => {
    const how = { opaque: ['input'] };
    expect(differences({ ...real, input: { other: 1 } }, real, how)).toEqual([]);
    expect(differences({ ...real, input: 'p' }, real, how)).toEqual(['input: emulated as string, really object']);
  });

  it('tells a real answer of another kind from the one that is meant', () => {
    expect(differences(bodyOf('replicate', 'key-refused'), bodyOf('openai', 'key-refused'))).not.toEqual([]);
    expect(differences(bodyOf('replicate', 'file'), bodyOf('replicate', 'prediction-starting'))).not.toEqual([]);
  });
});
