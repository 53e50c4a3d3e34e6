import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { checkSharedIssuer } from '../../src/adapter/shared-issuers.ts';

type Source = Parameters<typeof checkSharedIssuer>[0];

const load = (source: Partial<Source>) => () =>
  checkSharedIssuer({ issuer: 'https://id.example.com', audience: 'orders', ...source });

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
    "Microsoft's personal accounts",
    `https://login.microsoftonline.com/${PERSONAL}/v2.0`,
    ['sub', 'oid'],
  ],
])('the issuer of %s', (_, issuer, pins) => {
  it('does not load without a pin, and says which would do and why', () => {
    expect(load({ issuer })).toThrow(ConfigError);
    expect(load({ issuer })).toThrow(`wanted "pin" with ${pins.join(' or ')}, since every`);
  });

  it.each(pins)('loads with %s pinned', (claim) => {
    expect(load({ issuer, pin: { [claim]: '1234' } })).not.toThrow();
  });

  it.each(['email', 'repository_owner', 'namespace_path', 'azp', 'constructor'])(
    'does not load with %s pinned',
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
  ])('does not load as %j', (spelt) => {
    expect(load({ issuer: spelt })).toThrow(ConfigError);
  });

  it('does not load as one name of several', () => {
    expect(load({ issuer: ['https://id.example.com', issuer] })).toThrow(ConfigError);
  });

  it('does not load as an endpoint', () => {
    const asked = load({ issuer: 'https://id.example.com', endpoint: issuer });
    expect(asked).toThrow(ConfigError);
    expect(asked).toThrow('option "endpoint": came');
  });
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
  ])("loads no %s, whatever is pinned: name the tenant's own", (issuer) => {
    const pin = { sub: 'a', oid: 'b', tid: 'c' };
    expect(load({ issuer, pin })).toThrow(/name your own tenant's issuer/);
  });

  it.each([
    `https://sts.windows.net/${PERSONAL}/`,
    `https://login.microsoftonline.com/${PERSONAL.toUpperCase()}/v2.0`,
  ])('takes %s for that of the personal accounts', (issuer) => {
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
  ])('does not load the audience %j without azp', (audience) => {
    expect(load({ issuer, audience })).toThrow(/wanted "pin" with azp, since Keycloak/);
    expect(load({ issuer, audience, pin: { sub: 'a' } })).toThrow(ConfigError);
    expect(load({ issuer, audience, pin: { azp: 'web' } })).not.toThrow();
  });

  it.each([
    'https://sso.example.com/auth/realms/main',
    'https://sso.example.com/Realms/main/',
    'https://sso.example.com/%72ealms/main',
  ])('is known by its path: %s', (spelt) => {
    expect(load({ issuer: spelt, audience: 'account' })).toThrow(ConfigError);
  });

  it("is known by introspection's endpoint", () => {
    const endpoint = `${issuer}/protocol/openid-connect/token/introspect`;
    expect(load({ endpoint, audience: 'account' })).toThrow(ConfigError);
  });

  it('loads any other audience, and any other claim', () => {
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
])('an issuer of its own loads without a pin: %s', (issuer) => {
  expect(load({ issuer, audience: 'account' })).not.toThrow();
});
