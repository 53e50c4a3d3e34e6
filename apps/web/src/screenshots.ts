// Writes the screenshots of docs/web.md: phone and desktop, light and dark.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openChromium } from './browser.ts';
import { startWeb } from './start-web.ts';

const FOLDER = fileURLToPath(new URL('../../../docs/web/', import.meta.url));

const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1120, height: 760 } },
} satisfies Record<string, BrowserContextOptions>;
const SCHEMES = ['light', 'dark'] as const;

await mkdir(FOLDER, { recursive: true });
const web = await startWeb();
const browser = await openChromium();
try {
  for (const [device, options] of Object.entries(DEVICES)) {
    for (const colorScheme of SCHEMES) {
      await shoot(browser, `${device}-${colorScheme}`, { ...options, colorScheme });
    }
  }
} finally {
  await browser.close();
  await web.close();
}

async function shoot(from: Browser, name: string, options: BrowserContextOptions): Promise<void> {
  const context = await from.newContext({ ...options, reducedMotion: 'reduce' });
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  const save = (what: string): Promise<Buffer> =>
    page.screenshot({ path: join(FOLDER, `${what}-${name}.png`), fullPage: true });
  await page.goto(web.address);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await save('signed-out');
  await signInAs(page, 'alice');
  await page.getByRole('log').getByRole('listitem').nth(1).waitFor();
  await save('orders');
  await page.getByRole('button', { name: 'Refund Sea salt' }).click();
  await page.getByRole('alert').getByText('orders:write').waitFor();
  await save('missing-scope');
  await web.stopProvider();
  await page.goto(web.address);
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await save('provider-down');
  await web.startProvider();
  await context.close();
}

async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name }).click();
  await page.getByText('The stream is open').waitFor();
}
