import { describe, expect, it } from 'vitest';
import { useBrowser, status, becomes, many, visible, picture } from '../support/gallery-page.ts';

describe('the page in a browser', () => {
  const { open } = useBrowser();

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

  it('shows a picture at full size, goes on, back and away by keyboard, and the focus returns to it', async () => {
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

  it.each([1280, 390])('tells at %i pixels what went along with the request, within its column', async (width) => {
    const { page } = await open({}, { width });
    await page.locator('.open').first().click();
    const side = page.locator('dialog .side');
    expect(await side.innerText()).toMatch(
      /Sent with it[\s\S]*face: mira_sol_image_00001\.png\s+product: a-rather-long-name/,
    );
    const fits =
      'document.querySelector("dialog .side").scrollWidth <= document.querySelector("dialog .side").clientWidth';
    expect(await page.evaluate(fits)).toBe(true);
  });

  it('goes on and back by swiping, and not when the finger scrolls', async () => {
    const { page } = await open({}, { width: 390 });
    await page.locator('.open').first().tap();
    const swipe = (x: number, y: number): Promise<unknown> =>
      page.evaluate(`{
        const touch = { isPrimary: true, pointerType: 'touch', bubbles: true };
        const moves = [['pointerdown', 200, 200], ['pointerup', ${200 + x}, ${200 + y}]];
        for (const [type, clientX, clientY] of moves)
          document.querySelector('.stage').dispatchEvent(new PointerEvent(type, { ...touch, clientX, clientY }));
      }`);
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
});
