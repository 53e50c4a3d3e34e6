import { element, onClick, setNotice, show } from './dom.ts';
import { type Problem, problemOf } from './problem.ts';
import { Session } from './session.ts';
import { findProvider, finishSignIn, type Settings, signIn, signOutAt } from './sign-in.ts';
import { SignedIn } from './signed-in.ts';

/** Only what the list needs. Refunds ask for more when somebody wants one. */
const FIRST_SCOPES = 'orders:read';

await start();

async function start(): Promise<void> {
  show('loading');
  try {
    const settings = (await (await fetch('/settings.json')).json()) as Settings;
    const provider = await findProvider(settings);
    const tokens = await finishSignIn(provider, settings);
    if (tokens === undefined) return showSignedOut(settings);
    const session = new Session(provider, settings, tokens);
    const view = new SignedIn(session, {
      askFor: (scopes) => leaveFor(settings, [FIRST_SCOPES, ...scopes].join(' ')),
      onSignedOut: (notice) => showSignedOut(settings, notice),
    });
    onClick('sign-out', async () => {
      view.close();
      const isKnown = await session.close().then(
        () => true,
        () => false,
      );
      if (isKnown) signOutAt(provider);
      else showSignedOut(settings, 'Signed out of this page. The sign-in service does not answer.');
    });
    show('signed-in');
    view.open();
  } catch (error) {
    showProblem(problemOf(error), start);
  }
}

function showSignedOut(settings: Settings, notice?: string): void {
  show('signed-out');
  setNotice('notice', notice);
  onClick('sign-in', () => leaveFor(settings, FIRST_SCOPES));
}

/** To the provider, and back with the scopes. */
async function leaveFor(settings: Settings, scopes: string): Promise<void> {
  await signIn(settings, scopes).catch((error: unknown) => {
    showProblem(problemOf(error), () => leaveFor(settings, scopes));
  });
}

function showProblem({ title, text }: Problem, retry: () => Promise<void>): void {
  show('problem');
  element('problem-title').textContent = title;
  element('problem-text').textContent = text;
  onClick('problem-retry', retry);
  element('problem-retry').focus();
}
