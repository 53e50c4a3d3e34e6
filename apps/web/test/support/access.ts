import assert from 'node:assert/strict';
import { it } from 'node:test';
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { alert, button, openPage, streamIsOpen, type WebInBrowser } from './browser-page.ts';

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };
const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  'a light phone': { ...PHONE, colorScheme: 'light' },
  'a dark desktop': { ...DESKTOP, colorScheme: 'dark' },
};

/** What axe finds: contrast of less than 4.5, missing names and labels, wrong roles. */
async function violations(page: Page): Promise<readonly string[]> {
  // Not as a script of the page, which its policy would block.
  await page.evaluate(axe.source);
  const found = await page.evaluate<readonly { id: string; nodes: readonly { html: string }[] }[]>(
    'axe.run().then(({ violations }) => violations)',
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Presses Tab until an element of this name has the focus, which must be visible. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    const [label, outline] = await page.evaluate<readonly [string, string]>(
      `(({ ariaLabel, innerText }, { outlineStyle, outlineWidth }) => [ariaLabel || innerText, outlineStyle + ' ' + outlineWidth])(
        document.activeElement, getComputedStyle(document.activeElement))`,
    );
    if (!label.startsWith(name)) continue;
    assert.equal(outline, 'solid 3px');
    return;
  }
  assert.fail(`expected ${name} in the order of the focus`);
}

/** The page is for everybody: contrast, names, room, keyboard. */
export function testAccess(world: () => WebInBrowser): void {
  for (const [screen, options] of Object.entries(SCREENS)) {
    it(`has contrast, names and room on ${screen}`, async () => {
      const page = await openPage(world(), options);
      await button(page, 'Sign in').waitFor();
      const found = [...(await violations(page))];
      await button(page, 'Sign in').click();
      await button(page, 'alice').waitFor();
      found.push(...(await violations(page)));
      await button(page, 'alice').click();
      await streamIsOpen(page);
      await button(page, 'Refund Darjeeling tea').click();
      await alert(page, 'orders:write').waitFor();
      found.push(...(await violations(page)));
      assert.deepEqual(found, []);
      const { scrollWidth, innerWidth } = await page.evaluate<Record<string, number>>(
        '({ scrollWidth: document.documentElement.scrollWidth, innerWidth })',
      );
      assert.equal(scrollWidth, innerWidth);
    });
  }

  it('works by keyboard alone', async () => {
    const page = await openPage(world());
    await button(page, 'Sign in').waitFor();
    await tabTo(page, 'Sign in');
    await page.keyboard.press('Enter');
    await button(page, 'alice').waitFor();
    await tabTo(page, 'Alice');
    await page.keyboard.press('Enter');
    await streamIsOpen(page);
    await button(page, 'Refund Darjeeling tea').waitFor();
    await tabTo(page, 'Refund Darjeeling tea');
    await page.keyboard.press('Enter');
    await alert(page, 'orders:write').waitFor();
    // The answer to the refusal has the focus.
    assert.equal(await page.evaluate('document.activeElement.innerText'), 'Ask for it');
    await tabTo(page, 'Not now');
    await page.keyboard.press('Enter');
    await alert(page, 'orders:write').waitFor({ state: 'hidden' });
  });

  it('runs its own script only, and calls the provider and the server only', async () => {
    const page = await openPage(world());
    const response = await page.reload();
    const policy = response?.headers()['content-security-policy'] ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
    assert.match(policy, /; require-trusted-types-for 'script'$/);
    const blocked = await page.evaluate<string>(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      fetch('https://example.com/').catch(() => undefined);
    })`);
    assert.equal(blocked, 'connect-src');
    const script = "document.createElement('script').setAttribute('src', '/other.js')";
    await assert.rejects(page.evaluate(script), /requires 'TrustedScriptURL'/);
  });
}
