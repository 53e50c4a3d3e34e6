import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { withPins } from '../../src/adapter.ts';

type Source = Parameters<typeof withPins>[0];

const load = (source: Partial<Source>) => () =>
  withPins({ issuer: 'https://id.example.com', audience: 'orders', ...source }, undefined);

const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';

describe.each<[string, string, readonly string[]]>([
  [
    'GitHub Actions',
    'https://token.actions.githubusercontent.com',
    ['repository_owner_id', 'repository_id', 'enterprise_id'],
  ],
  ['Google', 'https://accounts.google.com', ['sub', 'hd']],
  ['GitLab.com', 'https://gitlab.com', ['namespace_id', 'project_id']],
  ['Apple', 'https://appleid.apple.com', ['sub']],
  [
    'Buildkite',
    'https://agent.buildkite.com',
    ['organization_id', 'pipeline_id', 'organization_slug'],
  ],
  ...['app.terraform.io', 'app.eu.terraform.io'].map(
    (host): [string, string, readonly string[]] => [
      'HCP Terraform',
      `https://${host}`,
      ['terraform_organization_id', 'terraform_project_id', 'terraform_workspace_id'],
    ],
  ),
  ['all Vercel teams', 'https://oidc.vercel.com', ['owner_id', 'project_id']],
  ...['https://oidc.circleci.com', 'https://oidc.circleci.com/org/5a2c'].map(
    (issuer): [string, string, readonly string[]] => [
      'CircleCI',
      issuer,
      ['oidc.circleci.com/project-id', 'oidc.circleci.com/org-id', 'sub'],
    ],
  ),
  ['Google service accounts', 'https://system.gserviceaccount.com', ['sub']],
  ['Sigstore', 'https://oauth2.sigstore.dev/auth', ['sub']],
  [
    "Microsoft's personal accounts",
    `https://login.microsoftonline.com/${PERSONAL}/v2.0`,
    ['sub', 'oid'],
  ],
])('the issuer of %s', (_, issuer, pins) => {
  it('is rejected without a pin, and the error names the pins and the reason', () => {
    expect(load({ issuer })).toThrow(ConfigError);
    expect(load({ issuer })).toThrow(`issuer: expected "pin" with ${pins.join(' or ')}, received `);
  });

  it.each(pins)('loads with %s pinned', (claim) => {
    expect(load({ issuer, pin: { [claim]: '1234' } })).not.toThrow();
  });

  it.each(['email', 'repository_owner', 'namespace_path', 'azp', 'constructor'])(
    'is rejected with %s pinned',
    (claim) => {
      expect(load({ issuer, pin: { [claim]: '1234' } })).toThrow(ConfigError);
    },
  );

  const url = new URL(issuer);
  it.each([
    `${issuer}/`,
    `${issuer}//`,
    issuer.toUpperCase(),
    issuer.replace('https:', 'http:'),
    issuer.replace('https://', ''),
    issuer.replace('https://', 'HTTPS://'),
    issuer.replace(url.host, `${url.host}:443`),
    issuer.replace(url.host, `${url.host}:8443`),
    issuer.replace(url.host, `${url.host}.`),
    issuer.replace(url.host, `someone@${url.host}`),
    ` ${issuer} `,
    `${issuer}?`,
    `${issuer}#`,
    `${issuer}/./`,
  ])('is rejected as %j', (spelling) => {
    expect(load({ issuer: spelling })).toThrow(ConfigError);
  });

  it('is rejected as one of several names', () => {
    expect(load({ issuer: ['https://id.example.com', issuer] })).toThrow(ConfigError);
  });

  it('is rejected as an endpoint', () => {
    const asked = load({ issuer: 'https://id.example.com', endpoint: issuer });
    expect(asked).toThrow(ConfigError);
    expect(asked).toThrow(/^endpoint: expected "pin" with/);
  });
});

it('a Google service account is recognized by its address, which is the issuer', () => {
  const issuer = 'orders@acme.iam.gserviceaccount.com';
  expect(load({ issuer })).toThrow(/^issuer: expected "pin" with sub, received /);
  expect(load({ issuer, pin: { sub: issuer } })).not.toThrow();
  expect(load({ issuer: 'https://notgserviceaccount.com' })).not.toThrow();
});

describe('Microsoft Entra', () => {
  it.each([
    'https://login.microsoftonline.com/common/v2.0',
    'https://login.microsoftonline.com/organizations/v2.0',
    'https://login.microsoftonline.com/consumers/v2.0',
    'https://login.microsoftonline.com/{tenantid}/v2.0',
    'https://login.microsoftonline.com/%63ommon/v2.0',
    'https://login.microsoftonline.com//Common',
    'https://sts.windows.net/common/',
    'https://login.microsoftonline.us/common/v2.0',
    'https://login.partner.microsoftonline.cn/common/v2.0',
  ])("rejects %s, whatever is pinned, and asks for the tenant's own", (issuer) => {
    const pin = { sub: 'a', oid: 'b', tid: 'c' };
    expect(load({ issuer, pin })).toThrow(
      /^issuer: expected your own tenant's issuer, received .*: it represents every tenant/,
    );
  });

  it.each([
    `https://sts.windows.net/${PERSONAL}/`,
    `https://login.microsoftonline.com/${PERSONAL.toUpperCase()}/v2.0`,
  ])('recognizes %s as the issuer of personal accounts', (issuer) => {
    expect(load({ issuer })).toThrow(/personal Microsoft account/);
  });

  it("loads a tenant's own issuer", () => {
    const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
    expect(load({ issuer: `https://login.microsoftonline.com/${tenant}/v2.0` })).not.toThrow();
    expect(load({ issuer: `https://sts.windows.net/${tenant}/` })).not.toThrow();
  });
});

describe('Keycloak', () => {
  const issuer = 'https://sso.example.com/realms/main';

  it.each<Source['audience']>([
    'account',
    ['orders', 'account'],
    { claim: 'aud', values: ['account'] },
  ])('is rejected with the audience %j without azp', (audience) => {
    expect(load({ issuer, audience })).toThrow(/expected "pin" with azp, received .*: Keycloak/);
    expect(load({ issuer, audience, pin: { sub: 'a' } })).toThrow(ConfigError);
    expect(load({ issuer, audience, pin: { azp: 'web' } })).not.toThrow();
  });

  it.each([
    'https://sso.example.com/auth/realms/main',
    'https://sso.example.com/Realms/main/',
    'https://sso.example.com/%72ealms/main',
  ])('is recognized by its path: %s', (spelling) => {
    expect(load({ issuer: spelling, audience: 'account' })).toThrow(ConfigError);
  });

  it("is recognized by introspection's endpoint", () => {
    const endpoint = `${issuer}/protocol/openid-connect/token/introspect`;
    expect(load({ endpoint, audience: 'account' })).toThrow(ConfigError);
  });

  it('is accepted with any other audience, and any other claim', () => {
    expect(load({ issuer, audience: 'orders' })).not.toThrow();
    expect(load({ issuer, audience: { claim: 'azp', values: ['account'] } })).not.toThrow();
  });
});

it.each([
  'https://id.example.com',
  'https://token.actions.githubusercontent.com/octo-enterprise',
  'https://gitlab.example.com',
  'https://accounts.google.com.example.com',
  'urn:example:issuer',
  'joe',
  'https://id.example.com/%E0%A4%A',
])('an issuer that is not shared needs no pin: %s', (issuer) => {
  expect(load({ issuer, audience: 'account' })).not.toThrow();
});
