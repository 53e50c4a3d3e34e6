import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { testAccess } from './support/access.ts';
import {
  alert,
  button,
  logEntry,
  openPage,
  reasonToSkip,
  signIn,
  startWebInBrowser,
  streamIsOpen,
  type WebInBrowser,
} from './support/browser-page.ts';

const skip = await reasonToSkip();
if (skip !== undefined) console.log(`The page in a browser was skipped: ${skip}`);

/** More than the ten seconds between two renewals of a token source. */
const TOKEN_SECONDS = 12;

describe('the page in Chromium', { skip: skip ?? false, concurrency: true }, () => {
  let world: WebInBrowser;
  before(async () => {
    world = await startWebInBrowser(TOKEN_SECONDS);
  });
  after(() => world.close());

  testAccess(() => world);

  it('signs in by code with PKCE, and lists the orders of the user', async () => {
    const page = await openPage(world);
    const asked = page.waitForRequest(/\/auth\?/);
    await signIn(page, 'alice');
    const { searchParams } = new URL((await asked).url());
    const { response_type, code_challenge_method, redirect_uri, state, code_challenge, scope } =
      Object.fromEntries(searchParams);
    assert.deepEqual(
      { response_type, code_challenge_method, redirect_uri, scope },
      {
        response_type: 'code',
        code_challenge_method: 'S256',
        redirect_uri: world.web.address,
        scope: 'openid orders:read',
      },
    );
    assert.match(`${state} ${code_challenge}`, /^[\w-]{43} [\w-]{43}$/);
    await page.getByText('Darjeeling tea', { exact: true }).waitFor();
    await button(page, 'Refund Sourdough bread').waitFor();
    await page.getByRole('banner').getByText('alice').waitFor();
    // The code must not stay in the address, from where it gets into the history.
    assert.equal(page.url(), world.web.address);
  });

  it('says so where there are no orders', async () => {
    const page = await openPage(world);
    await signIn(page, 'bob');
    await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
  });

  it('shows how long the token of the stream lives, and opens the stream again with a new one', async () => {
    const page = await openPage(world);
    await signIn(page, 'alice');
    const timer = page.getByRole('timer');
    assert.match((await timer.textContent()) ?? '', /^0:[01]\d$/);
    const renewed = page.waitForRequest(
      (request) => request.postData()?.includes('refresh_token=') === true,
    );
    await logEntry(page, 'The token has expired, so the server ended the stream.').waitFor();
    await renewed;
    await logEntry(page, 'A new token: the stream is open again.').waitFor();
    await streamIsOpen(page);
    assert.match((await timer.textContent()) ?? '', /^0:[01]\d$/);
    assert.ok(world.web.log.some((line) => line.startsWith('expired /orders.v1.Orders/Watch')));
  });

  // The tests share one order book, so no other test may need the order that is refunded here.
  it('names the scope that a call lacks, asks for it, and repeats no refund by itself', async () => {
    const page = await openPage(world);
    await signIn(page, 'alice');
    await button(page, 'Refund Sea salt').click();
    await alert(page, 'orders:write').waitFor();
    await button(page, 'Ask for it').click();
    await page.locator('#scopes').getByText('orders:write').waitFor();
    await streamIsOpen(page);
    // The list may be loaded after the stream was opened.
    await button(page, 'Refund Sea salt').waitFor();
    assert.equal(await logEntry(page, 'Sea salt: refunded').count(), 0);
    await button(page, 'Refund Sea salt').click();
    await logEntry(page, 'Sea salt: refunded').waitFor();
  });

  it('has its tokens in memory only: in no storage, cookie, address or log', async () => {
    const page = await openPage(world);
    const addresses: string[] = [];
    const secrets = new Set<string>();
    page.on('request', (request) => {
      addresses.push(request.url());
      const { authorization = '' } = request.headers();
      if (authorization !== '') secrets.add(authorization.replace('Bearer ', ''));
    });
    const answered = page.waitForResponse(/\/token$/);
    await signIn(page, 'alice');
    const tokens = (await (await answered).json()) as Record<string, string>;
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      secrets.add(tokens[name] ?? 'no token');
    }
    assert.equal(secrets.size, 3);
    const stored = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.innerHTML])',
    );
    assert.match(stored, /^\[\{\},\{\},"","/);
    const cookies = JSON.stringify(await page.context().cookies());
    const everywhere = [stored, cookies, ...addresses, ...world.web.log].join('\n');
    for (const secret of secrets) assert.ok(!everywhere.includes(secret));
    await page.reload();
    await button(page, 'Sign in').waitFor();
  });

  it('accepts no answer of the provider that it did not ask for', async () => {
    const page = await openPage(world);
    const forged = `?code=forged&state=forged&iss=${encodeURIComponent(world.web.issuer)}`;
    await page.goto(`${world.web.address}${forged}`);
    await button(page, 'Sign in').click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    await page.goto(`${world.web.address}${forged}`);
    await alert(page, 'The sign-in did not finish').waitFor();
    assert.equal(page.url(), world.web.address);
    await button(page, 'Try again').click();
    await button(page, 'Sign in').waitFor();
  });

  it('signs out at the provider, too', async () => {
    const page = await openPage(world);
    await signIn(page, 'bob');
    const revoked = page.waitForResponse(/\/token\/revocation$/);
    await button(page, 'Sign out').click();
    assert.equal((await revoked).status(), 200);
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
    assert.ok(!page.url().includes('id_token_hint'));
    await button(page, 'Sign out').click();
    await button(page, 'Sign in').click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  });
});
