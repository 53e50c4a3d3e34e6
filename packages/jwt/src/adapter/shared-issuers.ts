import { ConfigError, type OneOrMore } from '@grpc-authn/core/authenticator';
import type { Pins } from './pins.ts';

/** What an adapter's options say of where tokens come from, and for whom. */
export interface IssuedTo {
  readonly issuer?: OneOrMore<string>;
  /** Introspection's, which needs no issuer beside it. */
  readonly endpoint?: string;
  readonly audience: OneOrMore<string> | { readonly claim: string; readonly values: Texts };
  readonly pin?: Pins | undefined;
}

type Texts = readonly string[];

/** An issuer that the world shares: its signature alone says nothing of who calls. */
interface SharedIssuer {
  readonly matches: (url: URL, audience: IssuedTo['audience']) => boolean;
  /** Any one of these claims tells your callers from all the others; none does where the list is empty. */
  readonly pins: readonly string[];
  readonly why: string;
}

const SHARED_ISSUERS: readonly SharedIssuer[] = [
  {
    // docs.github.com/en/actions/reference/security/oidc: the audience is the workflow's choice. A
    // name may be somebody else's tomorrow, an ID not. An enterprise's own issuer has a path.
    matches: isRootOf('token.actions.githubusercontent.com'),
    pins: ['repository_owner_id', 'repository_id', 'enterprise_id'],
    why: "every workflow on GitHub gets this issuer's tokens, for the audience that it asks for",
  },
  {
    // cloud.google.com/docs/authentication/get-id-token: a service account of anybody's names the
    // audience it likes. developers.google.com/identity/gsi/web/guides/verify-google-id-token: `hd` is
    // the Workspace domain, and `iss` may lack its scheme.
    matches: isRootOf('accounts.google.com'),
    pins: ['sub', 'hd'],
    why: "every Google account and service account gets this issuer's tokens",
  },
  {
    // docs.gitlab.com/ci/secrets/id_token_authentication: the job names the audience, and paths are
    // names that may change hands; IDs are not.
    matches: isRootOf('gitlab.com'),
    pins: ['namespace_id', 'project_id'],
    why: "every job on GitLab.com gets this issuer's tokens, for the audience that it asks for",
  },
  {
    // developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token: `aud` is the app,
    // `sub` the only claim that tells its users apart for good.
    matches: isRootOf('appleid.apple.com'),
    pins: ['sub'],
    why: "everybody with an Apple account gets this issuer's tokens",
  },
  {
    // learn.microsoft.com/entra/identity-platform/access-tokens, "Validate the issuer": the metadata
    // of these names has the issuer `…/{tenantid}/v2.0`, which stands in no token.
    matches: (url) =>
      isOfMicrosoft(url) &&
      ['common', 'organizations', 'consumers', '{tenantid}'].includes(tenantOf(url)),
    pins: [],
    why: "it stands for every tenant of Microsoft Entra; name your own tenant's issuer",
  },
  {
    // learn.microsoft.com/entra/identity-platform/access-token-claims-reference: `iss`, `oid`, `sub`.
    matches: (url) =>
      isOfMicrosoft(url) && tenantOf(url) === '9188040d-6c67-4c5b-b112-36a304b66dad',
    pins: ['sub', 'oid'],
    why: "everybody with a personal Microsoft account gets this issuer's tokens",
  },
  {
    // phasetwo.io/tutorials/clients/audience; keycloak.org/docs-api, AudienceResolveProtocolMapper: the
    // audience has every client whose roles the user holds, so `account` unless the realm was changed;
    // the client that the token was given to is `azp`.
    matches: (url, audience) => /\/realms\/./i.test(decoded(url.pathname)) && isAccount(audience),
    pins: ['azp'],
    why: 'Keycloak writes the audience "account" into the tokens of every client of the realm',
  },
];

/**
 * Refuses the issuers that the world shares, unless a claim is pinned that tells one's own callers
 * from everybody's. Spellings that differ in case, scheme, port or slashes count as the same.
 *
 * @throws ConfigError, which says what to pin, and why.
 */
export function checkSharedIssuer({ issuer, endpoint, audience, pin = {} }: IssuedTo): void {
  for (const [option, given] of Object.entries({ issuer, endpoint })) {
    for (const written of given === undefined ? [] : [given].flat()) {
      checkOne(`option "${option}"`, toUrl(written), audience, pin);
    }
  }
}

function checkOne(
  option: string,
  url: URL | undefined,
  audience: IssuedTo['audience'],
  pin: Pins,
): void {
  if (url === undefined) return;
  for (const { matches, pins, why } of SHARED_ISSUERS) {
    if (!matches(url, audience) || pins.some((claim) => Object.hasOwn(pin, claim))) continue;
    const came = `${option}: came ${url.host}${url.pathname}`;
    throw new ConfigError(
      pins.length === 0
        ? `${came}; ${why}`
        : `${came} without a pinned claim; wanted "pin" with ${pins.join(' or ')}, since ${why}`,
    );
  }
}

/** As a URL, so that its host is in lower case and its path without dots; some issuers lack a scheme. */
function toUrl(issuer: string): URL | undefined {
  const spelt = issuer.trim();
  for (const candidate of [spelt, `https://${spelt}`]) {
    const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
    if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  }
  return undefined;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

function isRootOf(host: string): SharedIssuer['matches'] {
  return (url) => hostOf(url) === host && /^\/*$/.test(url.pathname);
}

/** Of all clouds: learn.microsoft.com/entra/identity-platform/authentication-national-cloud. */
function isOfMicrosoft(url: URL): boolean {
  return /^(?:login|sts)\.(?:microsoftonline\.com|microsoftonline\.us|partner\.microsoftonline\.cn|microsoft\.com|windows\.net)$/.test(
    hostOf(url),
  );
}

function tenantOf(url: URL): string {
  return (
    decoded(url.pathname)
      .toLowerCase()
      .split('/')
      .find((segment) => segment !== '') ?? ''
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function isAccount(audience: IssuedTo['audience']): boolean {
  if (typeof audience === 'string') return audience === 'account';
  if (!('claim' in audience)) return audience.includes('account');
  return audience.claim === 'aud' && audience.values.includes('account');
}
