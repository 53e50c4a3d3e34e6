import { loadAuth } from '@grpc-authn/config';
import { ConfigError } from '@grpc-authn/core';
import { adapter as hs256 } from '@grpc-authn/hs256/adapter';
import { adapter as introspection } from '@grpc-authn/introspection/adapter';
import { adapter as jwks } from '@grpc-authn/jwks/adapter';
import { adapter as byIssuer } from '@grpc-authn/jwt/adapter';
import { adapter as oidc } from '@grpc-authn/oidc/adapter';
import { adapter as spiffe } from '@grpc-authn/spiffe/adapter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFolder } from '../../../packages/config/test/support/config-folder.ts';

type Members = Readonly<Record<string, unknown>>;

const ADAPTERS = [hs256, jwks, oidc, introspection, byIssuer, spiffe];
const ISSUER = 'https://a.example';
const SECRET = 'correct-horse-battery-staple-0123456789';
const KEY = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const TRUST = 'spiffe://acme.example';
const COMMON: Members = { issuer: ISSUER, audience: 'orders' };

const BASES = {
  hs256: { use: 'hs256', ...COMMON, secrets: [{ text: SECRET, encoding: 'utf8' }] },
  jwks: { use: 'jwks', ...COMMON, jwks: { keys: [KEY] } },
  fetched: { use: 'jwks', ...COMMON, jwks: { url: 'https://a.example/keys' } },
  oidc: { use: 'oidc', ...COMMON },
  introspection: {
    use: 'introspection',
    ...COMMON,
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_basic', secret: 'a-client-secret' },
  },
  at: {
    use: 'introspection',
    audience: 'orders',
    endpoint: 'https://a.example/introspect',
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_basic', secret: 'a-client-secret' },
  },
  spiffe: {
    use: 'spiffe',
    trustDomain: 'acme.example',
    bundle: { url: 'https://a.example/bundle' },
    audience: 'orders',
  },
} as const;
type Base = keyof typeof BASES;

const spec = (base: Base, more: Members = {}): Members => ({ ...BASES[base], ...more });
const inPlace = (authenticator: unknown): Members => ({ authenticator });

/** The paths of what became weaker; undefined where the file is loaded. */
async function reloadWith(before: Members, after: Members): Promise<readonly string[] | undefined> {
  const folder = await createFolder(JSON.stringify(before));
  const auth = await loadAuth({ file: folder.file, adapters: ADAPTERS });
  onTestFinished(() => auth.close());
  await folder.write(JSON.stringify(after, undefined, 1));
  const error: unknown = await auth.reload({ requireReady: false }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof ConfigError)) throw error;
  expect(error.message).toContain('reload({ allowWeaker: true })');
  for (const { line } of error.problems) expect(line).toBeGreaterThan(0);
  await auth.reload({ requireReady: false, allowWeaker: true });
  return error.problems.map(({ path }) => path);
}

type Case = readonly [base: Base, name: string, running: unknown, weaker: unknown];

/** An option of the running config, of a weaker one, and of a stricter one. */
const OPTIONS: readonly (readonly [...Case, stricter?: unknown])[] = [
  ['hs256', 'pin', { org: 'a' }, undefined],
  ['hs256', 'pin', { org: 'a', team: 'b' }, { org: 'a' }],
  ['hs256', 'pin', { org: 'a' }, { org: ['a', 'b'] }, { org: 'a', team: 'b' }],
  ['hs256', 'pin', { org: ['a', 'b'] }, { team: 'a' }, { org: 'a' }],
  ['hs256', 'typ', ['at+jwt'], undefined, ['at+jwt']],
  ['hs256', 'typ', undefined, ['at+jwt', 'other'], ['at+jwt']],
  ['hs256', 'typ', ['JWT'], ['JWT', null], ['JWT']],
  ['hs256', 'requiredClaims', ['jti', 'sid'], ['jti'], ['jti', 'sid', 'amr']],
  ['hs256', 'requiredClaims', ['jti'], undefined],
  ['hs256', 'maxTokenAgeSeconds', 600, undefined, 300],
  ['hs256', 'maxTokenAgeSeconds', 600, 601, 600],
  ['hs256', 'clockToleranceSeconds', undefined, 6, 4],
  ['hs256', 'clockToleranceSeconds', 1, undefined],
  ['hs256', 'audience', 'orders', ['orders', 'other'], ['orders']],
  ['hs256', 'audience', ['orders', 'other'], 'third', 'other'],
  ['hs256', 'audience', { claim: 'azp', values: ['orders'] }, 'orders'],
  ['hs256', 'tokenUse', undefined, 'id', 'access'],
  ['hs256', 'acceptMissing', undefined, ['exp'], []],
  ['hs256', 'acceptMissing', ['exp', 'aud'], ['exp', 'iss'], ['exp']],
  ['hs256', 'acceptMissing', ['exp'], ['exp', 'aud'], undefined],
  ['hs256', 'subjectClaim', undefined, 'email', 'sub'],
  ['hs256', 'subjectClaim', 'email', undefined],
  ['hs256', 'scopeClaims', undefined, ['roles'], ['scope', 'scp']],
  ['hs256', 'clientIdClaims', ['app'], undefined, ['app', 'other']],
  ['hs256', 'issuer', ISSUER, [ISSUER, 'https://b.example'], ISSUER],
  ['hs256', 'issuer', ISSUER, 'https://a.examp'],
  ['hs256', 'cache', { maxAgeSeconds: 60 }, undefined, false],
  ['hs256', 'cache', false, { maxAgeSeconds: 1 }],
  ['jwks', 'algorithms', ['ES256'], ['ES256', 'RS256'], ['ES256']],
  ['jwks', 'algorithms', ['ES256'], undefined],
  ['jwks', 'algorithms', undefined, ['RS512'], ['Ed25519']],
  ['jwks', 'staleIfErrorSeconds', 60, undefined, 30],
  ['jwks', 'maxAgeSeconds', 60, 61, 60],
  ['jwks', 'pin', { org: 'a' }, undefined],
  ['oidc', 'pin', { org: 'a' }, undefined],
  ['oidc', 'algorithms', ['ES256'], undefined],
  ['oidc', 'http', { ca: 'PEM' }, {}],
  ['oidc', 'http', {}, { dangerouslyAllowHttpFrom: ['http://idp:8080'] }, { timeoutMs: 5 }],
  ['fetched', 'jwks', { url: 'https://a.example/keys' }, { url: 'https://a.ex' }],
  ['introspection', 'pin', { org: 'a' }, undefined],
  ['introspection', 'audience', 'orders', 'any', ['orders']],
  ['introspection', 'audience', 'orders', ['orders', 'other']],
  ['introspection', 'tokenTypes', undefined, ['bearer', null], ['bearer']],
  ['introspection', 'response', 'jwt', undefined, 'jwt'],
  ['introspection', 'clockToleranceSeconds', undefined, 6, 4],
  ['introspection', 'subjectClaim', undefined, 'username', 'sub'],
  ['introspection', 'scopeClaims', undefined, ['roles'], ['scope']],
  ['introspection', 'cache', { maxAgeSeconds: 60 }, { maxAgeSeconds: 61 }, false],
  ['introspection', 'cache', false, undefined],
  ['at', 'endpoint', 'https://a.example/introspect', 'https://a.example/in'],
  ['at', 'pin', { org: 'a' }, undefined, { org: 'a' }],
  ['spiffe', 'audience', 'orders', ['orders', 'other'], ['orders']],
  ['spiffe', 'allow', [`${TRUST}/a`], undefined, [`${TRUST}/a`]],
  ['spiffe', 'allow', [`${TRUST}/a/*`], [`${TRUST}/*`], [`${TRUST}/a/b`, `${TRUST}/a/c/*`]],
  ['spiffe', 'allow', [`${TRUST}/a/*`], [`${TRUST}/a`], [`${TRUST}/a/*`]],
  ['spiffe', 'allow', [`${TRUST}/a`], [`${TRUST}/a/*`]],
  ['spiffe', 'allow', [`${TRUST}/ab`], [`${TRUST}/ab`, `${TRUST}/a`]],
  ['spiffe', 'algorithms', ['ES256'], undefined, ['ES256']],
  ['spiffe', 'bundle', { url: 'https://a.example/bundle' }, { url: 'https://a.ex' }, { file: 'a' }],
  ['spiffe', 'http', { ca: 'PEM' }, {}],
];

const WEAKER: readonly Case[] = OPTIONS.map(([base, name, running, weaker]) => [
  base,
  name,
  running,
  weaker,
]);
const STRICTER: readonly Case[] = OPTIONS.flatMap(([base, name, running, , stricter]): Case[] =>
  stricter === undefined ? [] : [[base, name, running, stricter]],
);

/** A policy that also "audience: any" may have. */
const SCOPED = { policy: { rules: { 'a.B/C': { scopes: ['a'] } } } };

describe('a reload in which an option of an authenticator becomes weaker', () => {
  it.each<Case>(WEAKER)('is rejected: %s, %s: %j to %j', async (base, name, before, weaker) => {
    for (const place of [
      inPlace,
      (main: Members) => ({ authenticators: { main }, authenticator: 'main' }),
      (main: Members) => ({
        authenticator: {
          use: 'anyOf',
          of: [main, spec('hs256', { issuer: 'https://z.example', name: 'z' })],
        },
      }),
    ]) {
      const weakened = await reloadWith(
        { ...place(spec(base, { [name]: before })), ...SCOPED },
        { ...place(spec(base, { [name]: weaker })), ...SCOPED },
      );
      expect(weakened).toHaveLength(1);
      expect(weakened?.[0]).toMatch(new RegExp(`^authenticators?\\..*\\b${name}$`));
    }
  });

  it.each<Case>(STRICTER)(
    'is loaded where it becomes stricter: %s, %s: %j to %j',
    async (base, name, before, stricter) => {
      const weakened = await reloadWith(
        { ...inPlace(spec(base, { [name]: before })), ...SCOPED },
        { ...inPlace(spec(base, { [name]: stricter })), ...SCOPED },
      );
      expect(weakened).toBeUndefined();
    },
  );

  it('lists everything that became weaker, each with its line, and shows no value', async () => {
    const folder = await createFolder(`authenticators:
  main: { use: hs256, issuer: ${ISSUER}, audience: orders, secrets: [{ text: ${SECRET}, encoding: utf8 }], pin: { org: acme } }
  other:
    use: hs256
    issuer: https://b.example
    audience: orders
    secrets: [{ text: ${SECRET}, encoding: utf8 }]
    maxTokenAgeSeconds: 60
authenticator: { use: anyOf, of: [main, other] }
policy: { rules: { a.B/C: { scopes: [a] } } }
`);
    const auth = await loadAuth({ file: folder.file, adapters: ADAPTERS });
    onTestFinished(() => auth.close());
    await folder.write(`authenticators:
  main: { use: hs256, issuer: ${ISSUER}, audience: [orders, wide], secrets: [{ text: ${SECRET}, encoding: utf8 }] }
  other:
    use: hs256
    issuer: https://b.example
    audience: orders
    secrets: [{ text: ${SECRET}, encoding: utf8 }]
    maxTokenAgeSeconds: 3600
authenticator: { use: anyOf, of: [main, other] }
policy: { rules: { a.B/C: authenticated } }
`);
    const error: unknown = await auth.reload().catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '2 authenticators.main.audience',
      '2 authenticators.main.pin',
      '8 authenticators.other.maxTokenAgeSeconds',
      '10 policy.rules["a.B/C"]',
    ]);
    for (const value of ['acme', 'wide', SECRET]) expect(error.message).not.toContain(value);
  });
});

const LAX = spec('hs256');
const STRICT = spec('hs256', { pin: { org: 'a' } });

const OTHER = spec('hs256', { issuer: 'https://b.example' });

describe('the same authenticator', () => {
  it.each<readonly [string, Members, Members, string]>([
    [
      'has the same issuer, under another name',
      { authenticators: { one: STRICT }, authenticator: 'one' },
      { authenticators: { two: LAX }, authenticator: 'two' },
      'authenticators.two.pin',
    ],
    [
      'has the same issuer, and is another of the file',
      { authenticators: { one: STRICT, two: LAX }, authenticator: 'one' },
      { authenticators: { one: STRICT, two: LAX }, authenticator: 'two' },
      'authenticators.two.pin',
    ],
    [
      'has the same issuer, by another adapter',
      inPlace(spec('jwks', { pin: { org: 'a' } })),
      inPlace(spec('oidc')),
      'authenticator.pin',
    ],
    [
      'has the same issuer, inside of a composition',
      inPlace(STRICT),
      inPlace({ use: 'byIssuer', issuers: { [ISSUER]: LAX } }),
      'authenticator.issuers["https://a.example"].pin',
    ],
    [
      'has the same name under authenticators, and another issuer',
      { authenticators: { main: STRICT }, authenticator: 'main' },
      {
        authenticators: { main: { ...LAX, issuer: 'https://b.example' } },
        authenticator: 'main',
      },
      'authenticators.main.pin',
    ],
    [
      'has the beginning of its name',
      { authenticators: { one2: STRICT, one: OTHER }, authenticator: 'one2' },
      { authenticators: { one2: STRICT, one: OTHER }, authenticator: 'one' },
      'authenticators.one',
    ],
    [
      'has lost its issuer',
      inPlace(spec('at', { issuer: ISSUER })),
      inPlace(spec('at')),
      'authenticator',
    ],
    [
      'is the one of confirmedBy, by another adapter',
      {
        authenticators: { main: LAX, second: spec('at', { cache: false }) },
        authenticator: 'main',
        policy: { rules: { 'a.B/C': { confirmedBy: 'second' } } },
      },
      {
        authenticators: { main: LAX, second: spec('hs256', { issuer: 'https://b.example' }) },
        authenticator: 'main',
        policy: { rules: { 'a.B/C': { confirmedBy: 'second' } } },
      },
      'authenticators.second.use',
    ],
    [
      'is the one of confirmedBy, without its pin',
      {
        authenticators: { main: LAX, second: spec('at', { cache: false, pin: { org: 'a' } }) },
        authenticator: 'main',
        policy: { rules: { 'a.B/C': { confirmedBy: 'second' } } },
      },
      {
        authenticators: { main: LAX, second: spec('at', { cache: false }) },
        authenticator: 'main',
        policy: { rules: { 'a.B/C': { confirmedBy: 'second' } } },
      },
      'authenticators.second.pin',
    ],
  ])('%s', async (_, before, after, path) => {
    expect(await reloadWith(before, after)).toContain(path);
  });
});

describe('a reload that is not weaker', () => {
  const other = spec('hs256', { issuer: 'https://b.example', name: 'b' });

  it.each<readonly [string, Members, Members]>([
    ['a new secret', inPlace(LAX), inPlace({ ...LAX, secrets: secretsOf('a-new-secret') })],
    [
      'another provider',
      inPlace(STRICT),
      inPlace({ ...spec('oidc'), issuer: 'https://b.example' }),
    ],
    ['another provider of its kind', inPlace(STRICT), inPlace(other)],
    ['one more issuer', inPlace(STRICT), inPlace({ use: 'anyOf', of: [STRICT, other] })],
    ['an issuer that is gone', inPlace({ use: 'anyOf', of: [STRICT, other] }), inPlace(STRICT)],
    [
      'a named authenticator that nothing uses',
      { authenticators: { one: STRICT, two: STRICT }, authenticator: 'one' },
      { authenticators: { one: STRICT, two: LAX }, authenticator: 'one' },
    ],
    [
      'two of one issuer, which change their places',
      inPlace({ use: 'byIssuer', issuers: { [ISSUER]: STRICT, 'https://b.example': other } }),
      inPlace({ use: 'anyOf', of: [other, STRICT] }),
    ],
  ])('is loaded: %s', async (_, before, after) => {
    expect(await reloadWith(before, after)).toBeUndefined();
  });

  function secretsOf(text: string): readonly object[] {
    return [{ text: `${text}-${SECRET}`, encoding: 'utf8' }];
  }
});
