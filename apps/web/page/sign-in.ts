// Authorization code with PKCE, for a public client. Tokens stay in memory: only what finishes a sign-in is in the
// session storage of the tab, while the user is at the provider.
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from 'openid-client';

export interface Settings {
  readonly issuer: string;
  readonly clientId: string;
  readonly resource: string;
  readonly api: string;
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** The provider did not answer, or refused. The cause says more. */
export class ProviderError extends Error {}

const PENDING = 'pending-sign-in';

/** What finishes a sign-in. Worthless without the provider's code, and after its use. */
interface Pending {
  readonly codeVerifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** Registered at the provider, which compares it exactly. */
const redirectUri = `${location.origin}/`;

/** @throws ProviderError */
export async function findProvider({ issuer, clientId }: Settings): Promise<Configuration> {
  const url = new URL(issuer);
  // Plain HTTP on this machine only; a real provider has https.
  const execute = url.protocol === 'http:' ? [allowInsecureRequests] : [];
  return discovery(url, clientId, undefined, None(), { execute }).catch(failed);
}

/** Leaves the page for the provider. */
export async function signIn(settings: Settings, scope: string): Promise<void> {
  // Asked again, so that the user sees a message of this page if the provider is down.
  const provider = await findProvider(settings);
  const pending = {
    codeVerifier: randomPKCECodeVerifier(),
    state: randomState(),
    nonce: randomNonce(),
  } satisfies Pending;
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const url = buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri,
    scope: `openid ${scope}`,
    resource: settings.resource,
    code_challenge: await calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: 'S256',
    state: pending.state,
    nonce: pending.nonce,
  });
  location.assign(url);
}

/**
 * The tokens, if the user returns from the provider.
 *
 * @throws ProviderError
 */
export async function finishSignIn(
  provider: Configuration,
  { resource }: Settings,
): Promise<Tokens | undefined> {
  const returned = new URL(location.href);
  const pending = takePending();
  if (returned.search === '') return undefined;
  // The code is used once, and must not stay in the history.
  history.replaceState(undefined, '', redirectUri);
  if (pending === undefined) return undefined;
  const { codeVerifier, state, nonce } = pending;
  const checks = {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  };
  return authorizationCodeGrant(provider, returned, checks, { resource }).catch(failed);
}

/** Leaves the page: the provider asks, and sends the user back. */
export function signOutAt(provider: Configuration): void {
  location.assign(buildEndSessionUrl(provider, { post_logout_redirect_uri: redirectUri }));
}

function takePending(): Pending | undefined {
  const stored = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  return stored === null ? undefined : (JSON.parse(stored) as Pending);
}

function failed(cause: unknown): never {
  throw new ProviderError('the provider did not answer, or refused', { cause });
}
