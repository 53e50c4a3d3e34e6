import { after, before, describe, it } from 'node:test';
import {
  alert,
  button,
  openPage,
  reasonToSkip,
  signIn,
  startWebInBrowser,
  type WebInBrowser,
} from './support/browser-page.ts';

const skip = await reasonToSkip();

/** Long enough for the list on a busy machine; it expires while the provider is down. */
const TOKEN_SECONDS = 15;

describe('the page while the provider is down', { skip: skip ?? false }, () => {
  let world: WebInBrowser;
  before(async () => {
    world = await startWebInBrowser(TOKEN_SECONDS);
  });
  after(() => world.close());

  it('says so instead of staying blank, and continues after a retry', async () => {
    await world.web.stopProvider();
    const page = await openPage(world);
    await alert(page, 'The sign-in service does not answer').waitFor();
    await button(page, 'Try again').click();
    await alert(page, 'The sign-in service does not answer').waitFor();
    await world.web.startProvider();
    await button(page, 'Try again').click();
    await button(page, 'Sign in').waitFor();
  });

  it('does not leave for it', async () => {
    const page = await openPage(world);
    await button(page, 'Sign in').waitFor();
    await world.web.stopProvider();
    await button(page, 'Sign in').click();
    await alert(page, 'The sign-in service does not answer').waitFor();
    await world.web.startProvider();
    await button(page, 'Try again').click();
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  });

  it('stops the stream with a message, still shows the orders, and continues after a retry', async () => {
    const page = await openPage(world);
    await signIn(page, 'alice');
    await page.getByText('Sea salt', { exact: true }).waitFor();
    await world.web.stopProvider();
    await page.getByRole('status').getByText('Stopped').waitFor();
    await alert(page, 'sign-in service').waitFor();
    await page.getByText('Sea salt', { exact: true }).waitFor();
    await world.web.startProvider();
    await button(page, 'Try again').click();
    // This provider has forgotten its sessions.
    await page.getByRole('status').getByText('Your session has ended. Sign in again.').waitFor();
    await signIn(page, 'alice');
  });
});
