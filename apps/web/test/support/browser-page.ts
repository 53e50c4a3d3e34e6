// The page of apps/web in a real browser.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningWeb } from '@grpc-authn/web';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** Why there is no browser for these tests, or undefined. */
export async function reasonToSkip(): Promise<string | undefined> {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 22) return 'Connect needs Node.js 22';
  const { findChromium } = await import('@grpc-authn/web/browser');
  return findChromium() === undefined ? 'no Chromium (apt-get install chromium)' : undefined;
}

export interface WebInBrowser {
  readonly web: RunningWeb;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The provider, the server and the page, with secrets of their own, and a browser. */
export async function startWebInBrowser(tokenSeconds: number): Promise<WebInBrowser> {
  const [{ startWeb }, { openChromium }] = await Promise.all([
    import('@grpc-authn/web'),
    import('@grpc-authn/web/browser'),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'grpc-authn-web-'));
  const configs = fileURLToPath(new URL('../../../../example/config/', import.meta.url));
  await cp(configs, join(folder, 'config'), { recursive: true });
  const config = join(folder, 'config', 'introspection.yaml');
  const [web, browser] = await Promise.all([startWeb({ tokenSeconds, config }), openChromium()]);
  return {
    web,
    browser,
    async close() {
      await browser.close();
      await web.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The page, signed out, in a browser context of its own. */
export async function openPage(
  { browser, web }: WebInBrowser,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  // The limit only ends a test that hangs, on a busy machine too.
  context.setDefaultTimeout(180_000);
  const page = await context.newPage();
  await page.goto(web.address);
  return page;
}

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name });
}

export async function signIn(page: Page, account: 'alice' | 'bob'): Promise<void> {
  await button(page, 'Sign in').click();
  await button(page, account).click();
  await streamIsOpen(page);
}

/** Not its entry in the log, which shows the last few events only. */
export async function streamIsOpen(page: Page): Promise<void> {
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
}

/** An entry of what happened to the stream. */
export function logEntry(page: Page, text: string): Locator {
  return page.getByRole('log').getByText(text).first();
}

/** The text of a refusal or an outage, which is announced. */
export function alert(page: Page, text: string): Locator {
  return page.getByRole('alert').getByText(text).first();
}
