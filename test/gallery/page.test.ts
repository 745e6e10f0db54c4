import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GalleryModel, GalleryPicture } from '../../src/gallery/model.ts';
import { galleryPage } from '../../src/gallery/page.ts';
import { makePicture } from '../emulators/picture.ts';
import { startBrowser } from '../support/browser.ts';

const HOSTILE =
  '"><img src=x onerror="document.title=1"></script><script>document.title=2</script>\u2028\u2029\u202e\'`&amp;${1}\u001b[31m';

function picture(number: number, change: Partial<GalleryPicture> = {}): GalleryPicture {
  const filename = `mira_sol_image_${String(number).padStart(5, '0')}.png`;
  return {
    filename,
    kind: number === 1 ? 'avatar' : number <= 11 ? 'training' : 'gallery',
    shot: `gallery-${String(number).padStart(4, '0')}`,
    provider: number % 2 ? 'replicate' : 'openai',
    model: 'black-forest-labs/flux-dev',
    mark: ([null, 'approved', 'rejected', 'favorite'] as const)[number % 4] ?? null,
    prompt: `A photo of a woman of about 26, auburn long wavy hair, green eyes, standing with arms relaxed, soft window light from the left, number ${number}`,
    seed: 421_337 + number,
    seedHonored: number % 3 === 0 ? 'no' : 'yes',
    costMicros: 25_000,
    sizeBytes: 1_234_567,
    width: 1024,
    height: 1024,
    createdAtMs: Date.UTC(2026, 10, 21, 3, 0, number),
    file: filename,
    ...change,
  };
}

const many = (count: number): GalleryPicture[] => Array.from({ length: count }, (_, index) => picture(count - index));

async function html(change: Partial<GalleryModel> = {}): Promise<string> {
  const model: GalleryModel = {
    characterName: 'Mira Sol',
    pictures: many(3),
    madeAtMs: Date.UTC(2026, 10, 21),
    thumbnailOf: () => Promise.resolve('UklGRg=='),
    ...change,
  };
  let text = '';
  for await (const piece of galleryPage(model)) text += piece;
  return text;
}

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

describe('the page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-gallery-'));
  const pages: Page[] = [];
  let browser: Browser;
  let thumbnails: string[];

  beforeAll(async () => {
    browser = await startBrowser();
    thumbnails = await Promise.all(
      Array.from({ length: 8 }, async (_, key) =>
        (
          await sharp(makePicture(320, 320, String(key)))
            .webp({ quality: 80 })
            .toBuffer()
        ).toString('base64'),
      ),
    );
    for (const number of [1, 2, 3])
      writeFileSync(join(folder, `mira_sol_image_0000${number}.png`), makePicture(640, 480, String(number)));
  }, 60_000);
  afterEach(() => Promise.all(pages.splice(0).map((page) => page.context().close())));
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Look {
    width?: number;
    dark?: boolean;
    script?: boolean;
  }

  /** Opens a page of these pictures from disk; every request beyond disk and data is noted, and complaints too. */
  async function open(
    change: Partial<GalleryModel> = {},
    look: Look = {},
  ): Promise<{ page: Page; outside: string[]; complaints: string[] }> {
    const thumbnailOf = ({ seed }: GalleryPicture): Promise<string | undefined> =>
      Promise.resolve(thumbnails[seed % thumbnails.length]);
    const path = join(folder, `gallery-${Math.random()}.html`);
    writeFileSync(path, await html({ thumbnailOf, ...change }));
    const width = look.width ?? 1280;
    const context = await browser.newContext({
      viewport: { width, height: width < 700 ? 844 : 800 },
      colorScheme: look.dark ? 'dark' : 'light',
      javaScriptEnabled: look.script ?? true,
      hasTouch: width < 700,
    });
    const page = await context.newPage();
    pages.push(page);
    const [outside, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => (/^(?:file|data):/.test(request.url()) ? undefined : outside.push(request.url())));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => (message.type() === 'error' ? complaints.push(message.text()) : undefined));
    await page.goto(pathToFileURL(path).href);
    return { page, outside, complaints };
  }

  const visible = (page: Page): Promise<number> => page.locator('.card:visible').count();
  /** Not `waitForFunction`, which needs `eval`, which the page's own policy forbids. */
  const becomes = (page: Page, expression: string): Promise<void> =>
    expect.poll(() => page.evaluate<unknown>(expression), { timeout: 10_000, interval: 10 }).toBe(true);
  const status = (page: Page): Promise<string | null> => page.locator('.filters [role=status]').textContent();

  it('shows the pictures with their facts and asks nobody for anything', async () => {
    const { page, outside, complaints } = await open();
    expect(await page.title()).toBe('Mira Sol – gallery');
    expect(await status(page)).toBe('3 pictures');
    const card = page.locator('.card').last();
    expect(await card.innerText()).toMatch(
      /mira_sol_image_00001\.png[\s\S]*avatar[\s\S]*replicate[\s\S]*421338[\s\S]*\$0\.025[\s\S]*A photo of a woman/,
    );
    await becomes(page, '[...document.querySelectorAll(".open img")].every((image) => image.naturalWidth === 320)');
    expect(outside).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('filters by kind, provider, mark and words', async () => {
    const { page } = await open({ pictures: many(40) });
    await page.selectOption('[name=kind]', 'training');
    expect([await visible(page), await status(page)]).toEqual([10, '10 of 40 pictures']);
    await page.selectOption('[name=provider]', 'openai');
    expect(await visible(page)).toBe(5);
    await page.selectOption('[name=mark]', 'rejected');
    expect(await visible(page)).toBe(3);
    await page.fill('[name=text]', 'NUMBER 10 woman');
    expect(await visible(page)).toBe(1);
    await page.fill('[name=text]', 'no such words');
    expect(await page.locator('.none').isVisible()).toBe(true);
  });

  it('shows a picture at full size, and goes on and back and away by keyboard, and the focus returns to it', async () => {
    const { page } = await open();
    await page.locator('.open').first().focus();
    await page.keyboard.press('Enter');
    const image = page.locator('.stage img');
    const shown = async (): Promise<string | undefined> =>
      (await image.getAttribute('src'))?.replace(/^data:.*/, 'thumbnail');
    expect(await shown()).toBe('./mira_sol_image_00003.png');
    await becomes(page, 'document.querySelector(".stage img").naturalWidth === 640');
    for (const [key, number] of [
      ['ArrowRight', 2],
      ['ArrowRight', 1],
      ['ArrowRight', 3],
      ['ArrowLeft', 1],
      ['Home', 3],
      ['End', 1],
      ['ArrowLeft', 2],
    ] as const) {
      await page.keyboard.press(key);
      expect(await shown(), key).toBe(`./mira_sol_image_0000${number}.png`);
    }
    expect(await page.locator('dialog').innerText()).toMatch(
      /image_00002[\s\S]*2 of 3[\s\S]*Seed[\s\S]*Model[\s\S]*1024 × 1024/,
    );
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog').isVisible()).toBe(false);
    await becomes(page, 'document.activeElement.getAttribute("href") === "./mira_sol_image_00002.png"');
  });

  it('goes on and back by swiping, and not when the finger scrolls', async () => {
    const { page } = await open({}, { width: 390 });
    await page.locator('.open').first().tap();
    const swipe = (x: number, y: number): Promise<unknown> =>
      page.evaluate(`for (const [type, clientX, clientY] of [['pointerdown', 200, 200], ['pointerup', ${200 + x}, ${200 + y}]])
        document.querySelector('.stage').dispatchEvent(new PointerEvent(type, { clientX, clientY, isPrimary: true, pointerType: 'touch', bubbles: true }))`);
    const position = (): Promise<string | null> => page.locator('.position').textContent();
    const seen: (string | null)[] = [];
    for (const [x, y] of [
      [-120, 10],
      [120, -10],
      [20, 0],
      [-80, 200],
    ] as const) {
      await swipe(x, y);
      seen.push(await position());
    }
    expect(seen).toEqual(['2 of 3', '1 of 3', '1 of 3', '1 of 3']);
  });

  it('goes only through the pictures that the filters leave', async () => {
    const { page } = await open({ pictures: many(40) });
    await page.selectOption('[name=kind]', 'avatar');
    await page.locator('.open:visible').click();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.position').textContent()).toBe('1 of 1');
    await page.locator('button[value=close]').click();
    expect(await page.locator('dialog').isVisible()).toBe(false);
  });

  it('falls back to the thumbnail when the file is not beside the page, and says so', async () => {
    const { file, ...lost } = picture(8);
    expect(file).toBeDefined();
    const { page } = await open({ pictures: [picture(9), lost] });
    await page.locator('.open').first().click();
    for (const _ of ['a file that is missing', 'no file at all']) {
      await becomes(page, 'document.querySelector(".stage img").naturalWidth === 320');
      expect(await page.locator('.note').isVisible()).toBe(true);
      await page.keyboard.press('ArrowRight');
    }
  });

  it('shows hostile texts as texts', async () => {
    const hostile = picture(1, {
      filename: HOSTILE,
      kind: HOSTILE,
      provider: HOSTILE,
      model: HOSTILE,
      prompt: HOSTILE,
      shot: HOSTILE,
    });
    const { page, outside } = await open({ characterName: HOSTILE, pictures: [hostile, picture(2)] });
    await page.selectOption('[name=provider]', { index: 1 });
    expect(await visible(page)).toBe(1);
    await page.locator('.open:visible').click();
    expect(await page.locator('dialog .prompt').textContent()).toContain('<script>document.title=2</script>');
    expect(await page.title()).toContain('onerror');
    expect(outside).toEqual([]);
  });

  it('refuses to run a script that is not its own', async () => {
    const { page } = await open();
    await page.evaluate(
      'const script = document.createElement("script"); script.textContent = "document.title = 1"; document.body.append(script)',
    );
    expect(await page.title()).toBe('Mira Sol – gallery');
  });

  it('shows everything, as links to the files, where scripts are off', async () => {
    const { page } = await open({}, { script: false });
    expect([await visible(page), await page.locator('form').isVisible()]).toEqual([3, false]);
    expect(await page.locator('a.open').first().getAttribute('href')).toBe('./mira_sol_image_00003.png');
  });

  it('says that there is nothing when there is nothing', async () => {
    const { page, complaints } = await open({ pictures: [] });
    expect(await page.locator('.none').isVisible()).toBe(true);
    expect([await status(page), complaints]).toEqual(['0 pictures', []]);
  });

  it.each([390, 1280])('fits a screen of %i pixels without sideways scrolling, also with long words', async (width) => {
    const long = 'x'.repeat(300);
    const { page } = await open(
      {
        characterName: long,
        pictures: [picture(1, { filename: long, prompt: long, model: long, provider: long.slice(0, 60) }), picture(2)],
      },
      { width },
    );
    const overflow = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.locator('.open').first().click();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await becomes(page, 'document.querySelector(".stage img").getBoundingClientRect().width > 100');
    const buttons = await page.evaluate<{ right: number; width: number }[]>(
      '[...document.querySelectorAll(".bar button")].map((button) => button.getBoundingClientRect().toJSON())',
    );
    expect(buttons).toHaveLength(3);
    expect(buttons.every(({ right, width: side }) => right <= width && side >= 44)).toBe(true);
  });

  it.each([
    [390, false],
    [390, true],
    [1280, false],
    [1280, true],
  ])(
    'has no accessibility fault that axe finds, at %i pixels, dark: %s, with and without the full view',
    async (width, dark) => {
      const { page } = await open({ pictures: many(12) }, { width, dark });
      await page.evaluate(axe.source);
      const faults = async (): Promise<unknown> =>
        page.evaluate(
          `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html + ' ' + nodes[0].failureSummary))`,
        );
      expect(await faults()).toEqual([]);
      await page.locator('.open').first().click();
      expect(await faults()).toEqual([]);
    },
  );

  it('opens a thousand pictures quickly: only what is on the screen is laid out and decoded', async () => {
    const { page } = await open({ pictures: many(1000) });
    expect(await status(page)).toBe('1,000 pictures');
    const laidOut = (which: string): Promise<boolean> =>
      page.evaluate(
        `[...document.querySelectorAll(".about")].at(${which}).checkVisibility({ contentVisibilityAuto: true })`,
      );
    expect([await laidOut('0'), await laidOut('-1')]).toEqual([true, false]);
    expect(
      await page.evaluate<number>('performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd'),
    ).toBeLessThan(20_000);
    await page.keyboard.press('End');
    await page.locator('.open').last().click();
    expect(await page.locator('.position').textContent()).toBe('1,000 of 1,000');
  });
});
