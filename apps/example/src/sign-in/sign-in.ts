// How the users of the page sign in at the provider, and out.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { RESOURCES, SCOPES } from '../resources.ts';
import { ACCOUNTS, messagePage, type ProviderPage, signInPage, signOutPage } from './pages.ts';

export const SIGN_IN_PATH = '/sign-in/';

/** Answers what belongs to the sign-in; returns false for the rest. */
export function answerSignIn(
  provider: Provider,
  page: string,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    if (request.url?.startsWith(SIGN_IN_PATH) !== true) return false;
    signIn(provider, page, request, response).catch(() => {
      // It was opened twice, or has expired.
      write(response, messagePage('This sign-in has ended', 'Go back to the page and try again.'));
    });
    return true;
  };
}

async function signIn(
  provider: Provider,
  page: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Only the browser that began this sign-in has its cookie.
  await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return write(response, signInPage(page));
  const accountId = new URLSearchParams(await text(request)).get('account') ?? '';
  if (!ACCOUNTS.some(({ id }) => id === accountId)) return write(response, signInPage(page));
  await provider.interactionFinished(request, response, { login: { accountId } });
}

/** The page belongs to the operator of this provider, so its users are not asked for their consent. */
export const grantFor: NonNullable<Configuration['loadExistingGrant']> = async ({ oidc }) => {
  const { client, session, provider, result } = oidc;
  const clientId = client?.clientId ?? '';
  const grantId = result?.consent?.grantId ?? session?.grantIdFor(clientId);
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  if (existing !== undefined || session?.accountId === undefined) return existing;
  const grant = new provider.Grant({ accountId: session.accountId, clientId });
  // They are scopes of the provider itself, too.
  grant.addOIDCScope(`openid ${SCOPES}`);
  grant.addResourceScope(RESOURCES.page.name, SCOPES);
  await grant.save();
  return grant;
};

/** `form` sends the request on, with a token against forged requests. */
export function writeSignOut(context: KoaContextWithOIDC, form: string): void {
  const { body, headers } = signOutPage(form);
  context.set(headers);
  context.body = body;
}

export function writeError(
  context: KoaContextWithOIDC,
  { error }: { readonly error: string },
): void {
  const { body, headers } = messagePage('The sign-in failed', `The provider says: ${error}.`);
  context.set(headers);
  context.body = body;
}

function write(response: ServerResponse, { body, headers }: ProviderPage): void {
  response.writeHead(200, headers).end(body);
}
