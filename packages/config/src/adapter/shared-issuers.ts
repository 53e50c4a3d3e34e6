import type { OneOrMore } from '@grpc-authn/core/authenticator';
import { wrongOption } from '@grpc-authn/core/internal';
import type { Pins } from './pins.ts';

/** Which tokens an adapter's options accept: from whom, and for whom. */
export interface IssuedTo {
  readonly issuer?: OneOrMore<string>;
  /** Introspection's, which may be given without an issuer. */
  readonly endpoint?: string;
  readonly audience: OneOrMore<string> | { readonly claim: string; readonly values: Texts };
  readonly pin?: Pins | undefined;
}

type Texts = readonly string[];

/** An issuer that many organizations share: its signature alone does not identify your callers. */
interface SharedIssuer {
  readonly matches: (url: URL, audience: IssuedTo['audience']) => boolean;
  /** Any one of these claims identifies your callers; an empty list means that none does. */
  readonly pins: readonly string[];
  readonly why: string;
}

const SHARED_ISSUERS: readonly SharedIssuer[] = [
  {
    // docs.github.com/en/actions/reference/security/oidc: the workflow chooses the audience. A name may
    // change its owner, an ID does not. An enterprise's own issuer has a path.
    matches: isRootOf('token.actions.githubusercontent.com'),
    pins: ['repository_owner_id', 'repository_id', 'enterprise_id'],
    why: 'every workflow on GitHub gets tokens of this issuer, for any audience',
  },
  {
    // cloud.google.com/docs/authentication/get-id-token: any service account chooses its audience.
    // developers.google.com/identity/gsi/web/guides/verify-google-id-token: `hd` is the Workspace
    // domain, and `iss` may lack its scheme.
    matches: isRootOf('accounts.google.com'),
    pins: ['sub', 'hd'],
    why: 'every Google account and service account gets tokens of this issuer',
  },
  {
    // docs.gitlab.com/ci/secrets/id_token_authentication: the job chooses the audience. A path may
    // change its owner, an ID does not.
    matches: isRootOf('gitlab.com'),
    pins: ['namespace_id', 'project_id'],
    why: 'every job on GitLab.com gets tokens of this issuer, for any audience',
  },
  {
    // buildkite.com/docs/apis/workload-identity-federation/buildkite-agents: agents of all organizations
    // share the issuer, and the job chooses the audience. The IDs are in tokens that were requested with
    // `--claim`; Buildkite itself also takes the slug for the organization.
    matches: isRootOf('agent.buildkite.com'),
    pins: ['organization_id', 'pipeline_id', 'organization_slug'],
    why: 'every Buildkite job gets tokens of this issuer, for any audience',
  },
  {
    // developer.hashicorp.com/terraform/cloud-docs, "Workload identity tokens": the workspace chooses the
    // audience. Names may be given to others, IDs are not.
    matches: isRootOf('app.terraform.io', 'app.eu.terraform.io'),
    pins: ['terraform_organization_id', 'terraform_project_id', 'terraform_workspace_id'],
    why: 'every run of HCP Terraform gets tokens of this issuer, for any audience',
  },
  {
    // vercel.com/docs/oidc: in the issuer mode "global" all teams share it; a team's own has a path.
    matches: isRootOf('oidc.vercel.com'),
    pins: ['owner_id', 'project_id'],
    why: 'the deployments of every Vercel team get tokens of this issuer',
  },
  {
    // circleci.com/docs/openid-connect-tokens: the issuer has the organization in its path, and every
    // project of it, with forks where they get secrets, has its tokens. The job may choose the audience.
    matches: (url) => hostOf(url) === 'oidc.circleci.com',
    pins: ['oidc.circleci.com/project-id', 'oidc.circleci.com/org-id', 'sub'],
    why: 'every CircleCI job gets tokens of such an issuer, for any audience',
  },
  {
    // cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt: the
    // issuer is the account's address, and everyone who may use the account writes the claims.
    matches: (url) => /(?:^|\.)gserviceaccount\.com$/.test(hostOf(url)),
    pins: ['sub'],
    why: 'everyone who may use a Google service account writes the claims of its tokens',
  },
  {
    // docs.sigstore.dev/fulcio/oidc-in-fulcio: anybody signs in with GitHub, Google or Microsoft. `sub`
    // identifies the account and where it is; an email address may be given to somebody else.
    matches: (url) => hostOf(url) === 'oauth2.sigstore.dev',
    pins: ['sub'],
    why: 'every account of GitHub, Google and Microsoft gets tokens of this issuer',
  },
  {
    // developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token: `aud` is the app,
    // and `sub` is the only lasting identifier of its users.
    matches: isRootOf('appleid.apple.com'),
    pins: ['sub'],
    why: 'every Apple account gets tokens of this issuer',
  },
  {
    // learn.microsoft.com/entra/identity-platform/access-tokens, "Validate the issuer": the metadata
    // of these names has the issuer `…/{tenantid}/v2.0`, which is in no token.
    matches: (url) =>
      isOfMicrosoft(url) &&
      ['common', 'organizations', 'consumers', '{tenantid}'].includes(tenantOf(url)),
    pins: [],
    why: 'it represents every tenant of Microsoft Entra',
  },
  {
    // learn.microsoft.com/entra/identity-platform/access-token-claims-reference: `iss`, `oid`, `sub`.
    matches: (url) =>
      isOfMicrosoft(url) && tenantOf(url) === '9188040d-6c67-4c5b-b112-36a304b66dad',
    pins: ['sub', 'oid'],
    why: 'every personal Microsoft account gets tokens of this issuer',
  },
  {
    // phasetwo.io/tutorials/clients/audience; keycloak.org/docs-api, AudienceResolveProtocolMapper: the
    // audience has every client of which the user has a role, by default `account`; the client that the
    // token was issued to is `azp`.
    matches: (url, audience) => /\/realms\/./i.test(decoded(url.pathname)) && isAccount(audience),
    pins: ['azp'],
    why: 'Keycloak writes the audience "account" into the tokens of every client of the realm',
  },
];

/**
 * Rejects an issuer that many organizations share, unless a claim is pinned that identifies your own
 * callers. Spellings that differ in case, scheme, port or slashes count as the same issuer.
 *
 * @throws ConfigError that says what to pin, and why.
 */
export function checkSharedIssuer({ issuer, endpoint, audience, pin = {} }: IssuedTo): void {
  for (const [option, given] of Object.entries({ issuer, endpoint })) {
    for (const written of given === undefined ? [] : [given].flat()) {
      checkOne(option, toUrl(written), audience, pin);
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
    const shown = `${url.host}${url.pathname}`;
    throw pins.length === 0
      ? wrongOption(option, `${shown}: ${why}`, "your own tenant's issuer")
      : wrongOption(option, `${shown} without it: ${why}`, `"pin" with ${pins.join(' or ')}`);
  }
}

/**
 * The issuer as a URL: the host is in lower case, and the path has no `.` or `..` segments. Some issuers
 * lack a scheme.
 */
function toUrl(issuer: string): URL | undefined {
  const trimmed = issuer.trim();
  for (const candidate of [trimmed, `https://${trimmed}`]) {
    const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
    if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  }
  return undefined;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

function isRootOf(...hosts: readonly string[]): SharedIssuer['matches'] {
  return (url) => hosts.includes(hostOf(url)) && /^\/*$/.test(url.pathname);
}

/** In every cloud: learn.microsoft.com/entra/identity-platform/authentication-national-cloud. */
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
