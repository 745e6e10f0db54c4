import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { useBrowser, picture, HOSTILE, visible, status, becomes, many } from '../support/gallery-page.ts';

describe('any page in a browser', () => {
  const { open } = useBrowser();

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
      'const script = document.createElement("script"); script.textContent = "document.title = ' +
        '1"; document.body.append(script)',
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
          `axe.run().then(({ violations }) =>
        violations.map(({ id, nodes: [node] }) => id + ': ' + node.html + ' ' + node.failureSummary))`,
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
