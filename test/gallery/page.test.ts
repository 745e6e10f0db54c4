import { describe, expect, it } from 'vitest';
import { galleryPage } from '../../src/gallery/page.ts';
import { html, picture, HOSTILE, many } from '../support/gallery-page.ts';

describe('the page as text', () => {
  it('holds no reference to anything outside it', async () => {
    const text = await html({
      pictures: [
        picture(1),
        picture(2, { file: '//evil.example/x.png' }),
        picture(3, { file: 'javascript:alert(1)' }),
        picture(4, { file: '/etc/passwd' }),
      ],
    });
    expect(text).not.toMatch(/https?:|\/\/[a-z]/i);
    const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) =>
      address?.replace(/^data:.*/, 'data:'),
    );
    expect([...new Set(addresses)]).toEqual([
      'data:',
      '#pictures',
      './mira_sol_image_00001.png',
      './evil.example/x.png',
      './javascript%3Aalert(1)',
      './etc/passwd',
    ]);
  });

  it('writes every text from outside as text', async () => {
    const hostile = picture(1, {
      filename: HOSTILE,
      kind: HOSTILE,
      provider: HOSTILE,
      model: HOSTILE,
      prompt: HOSTILE,
      shot: HOSTILE,
      file: HOSTILE,
      references: [{ role: HOSTILE, name: HOSTILE }],
    });
    const text = await html({
      characterName: HOSTILE,
      pictures: [hostile],
      thumbnailOf: () => Promise.resolve('"><script>'),
    });
    expect(text.match(/<\/?script/g)).toEqual(['<script', '</script']);
    expect(text.match(/<img/g)).toHaveLength(2);
    expect(text).not.toMatch(/[\u2028\u2029\u202e\u001b]/);
  });

  it('comes in pieces, one thumbnail at a time', async () => {
    const asked: string[] = [];
    const pieces = galleryPage({
      characterName: 'x',
      pictures: many(3),
      madeAtMs: 0,
      thumbnailOf: ({ filename }) => (asked.push(filename), Promise.resolve(undefined)),
    });
    for await (const piece of pieces) if (piece.includes('image_00003.png')) break;
    expect(asked).toEqual(['mira_sol_image_00003.png']);
  });

  it.each([
    [0, 'free'],
    [25_000, '$0.025'],
    [40_000, '$0.04'],
    [1_500_000, '$1.50'],
    [1, 'under $0.0001'],
    [12_345, '$0.0123'],
  ])('tells a cost of %i micro-dollars as %s', async (costMicros, text) => {
    expect(await html({ pictures: [picture(1, { costMicros })] })).toContain(`<dd>${text}</dd>`);
  });
});
