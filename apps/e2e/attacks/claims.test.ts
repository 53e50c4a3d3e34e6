import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { loadAuth } from '@grpc-authn/config';
import { anyOf, cached, ConfigError, definePolicy, requireScopes } from '@grpc-authn/core';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { byIssuer } from '@grpc-authn/jwt';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { refuses, withTarget } from '../support/attack.ts';
import { createKey } from '../support/attack-keys.ts';
import { AUDIENCE, KEYS, SIGNED, TARGETS, type Target } from '../support/attack-targets.ts';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** The claims as JSON, with one value written as it is. */
function raw(target: Target, name: string, value: string): string {
  return target.issued(JSON.stringify(target.claims({ [name]: '@' })).replace('"@"', value));
}

const byValue = (
  target: Target,
  name: string,
  values: readonly string[],
  reason: string,
): Readonly<Record<string, readonly [string, string]>> =>
  Object.fromEntries(
    values.map((value) => [`${name}: ${value}`, [raw(target, name, value), reason] as const]),
  );

describe('an expiry that never comes', () => {
  refuses({
    source: 'fast-jwt #640; RFC 7519, 4.1.4; RFC 8725, 3.8',
    on: TARGETS,
    bad: (target) =>
      byValue(
        target,
        'exp',
        ['1e999', '-1e999', '-1', '253402300800', '1e300', '"never"', 'null', 'true', '[]', '{}'],
        'claim',
      ),
  });
});

describe('no expiry', () => {
  refuses({
    source: 'RFC 7519, 4.1.4; RFC 9068, 2.2',
    on: SIGNED,
    bad: (target) => ({ none: [target.issued({ exp: undefined }), 'no_expiry'] }),
  });
});

describe('times that are no times, or are to come', () => {
  refuses({
    source: 'fast-jwt #640; RFC 7519, 4.1.5 and 4.1.6',
    on: TARGETS,
    bad: (target) => ({
      ...byValue(target, 'nbf', ['1e999', '"0"', 'null', '-1', '[0]'], 'claim'),
      ...byValue(target, 'iat', ['1e999', '"0"', 'null', '-1', '[0]'], 'claim'),
      'nbf in an hour': [target.issued({ nbf: nowSeconds() + 3600 }), 'not_yet_valid'],
      'iat in an hour': [target.issued({ iat: nowSeconds() + 3600 }), 'not_yet_valid'],
      'exp an hour ago': [target.issued({ exp: nowSeconds() - 3600 }), 'expired'],
    }),
  });
});

describe('a clock tolerance without end', () => {
  it('every JWT adapter: does not start (fast-jwt #640)', async () => {
    const issuer = 'https://login.example.com';
    const rules = { issuer, audience: AUDIENCE };
    const factories: readonly ((clockToleranceSeconds: never) => unknown)[] = [
      (clockToleranceSeconds) =>
        createHs256Authenticator({
          secrets: [{ bytes: randomBytes(32) }],
          ...rules,
          clockToleranceSeconds,
        }),
      (clockToleranceSeconds) =>
        createJwksAuthenticator({
          jwks: { keys: [KEYS.main.jwk] },
          ...rules,
          clockToleranceSeconds,
        }),
      (clockToleranceSeconds) => createOidcAuthenticator({ ...rules, clockToleranceSeconds }),
    ];
    for (const tolerance of [Infinity, -Infinity, Number.NaN, -1, 301, '5', null]) {
      for (const create of factories) assert.throws(() => create(tolerance as never), ConfigError);
      const spec = { use: 'oidc', ...rules, clockToleranceSeconds: tolerance };
      await assert.rejects(loadAuth({ config: { authenticator: spec } }), ConfigError);
    }
    for (const create of factories) assert.ok(create(300 as never));
  });
});

describe('the name of another issuer, or nearly this one', () => {
  refuses({
    source: 'CVE-2026-22748; RFC 8725, 3.8; RFC 7519, 4.1.1',
    on: TARGETS,
    bad: (target) => {
      const { issuer } = target;
      const names: readonly unknown[] = [
        'https://else.example',
        `${issuer}/`,
        `${issuer} `,
        ` ${issuer}`,
        `${issuer}.evil.example`,
        `${issuer}@evil.example`,
        issuer.replace('http', 'HTTP'),
        issuer.replace('http:', 'https:'),
        issuer.slice(0, -1),
        `${issuer}\u0000`,
        '',
        null,
        0,
        true,
        '__proto__',
        'constructor',
        'toString',
        [issuer],
        [issuer, 'https://else.example'],
        { [issuer]: true },
      ];
      const twice = JSON.stringify(target.claims({ iss: 'https://else.example' }));
      return Object.fromEntries([
        ...names.map((iss) => [JSON.stringify(iss), target.issued({ iss })]),
        // The last of two members counts, for choosing the key and for checking the issuer.
        ['twice, ours first', target.issued(twice.replace('{', `{"iss":"${issuer}",`))],
      ]);
    },
  });
});

describe('no issuer', () => {
  refuses({
    source: 'CVE-2026-22748; RFC 9068, 2.2',
    on: SIGNED,
    bad: (target) => ({ none: [target.forged({}, target.claims({ iss: undefined })), 'issuer'] }),
  });
});

describe('a token for somebody else', () => {
  refuses({
    source: 'RFC 7519, 4.1.3; RFC 8725, 2.7 and 3.9; RFC 7662, 4',
    on: TARGETS,
    bad: (target) =>
      Object.fromEntries(
        [
          undefined,
          null,
          '',
          'billing',
          'Orders',
          'orders ',
          'orders,billing',
          'orders billing',
          'my-orders',
          'orders2',
          'https://orders',
          [],
          ['billing'],
          [['orders']],
          ['orders', 1],
          ['orders', null],
          { orders: true },
          { 0: 'orders', length: 1 },
          0,
          true,
        ].map((aud) => [`aud: ${JSON.stringify(aud)}`, [target.issued({ aud }), 'audience']]),
      ),
  });

  for (const name of TARGETS) {
    it(`${name}: OK for one that is among several`, async () => {
      await withTarget(name, async ({ target, call }) => {
        const token = target.issued({ aud: ['billing', AUDIENCE] });
        assert.equal((await call(token)).code, status.OK);
      });
    });
  }
});

describe('identities that contradict themselves', () => {
  refuses({
    source: 'OpenID Connect Core, 3.1.3.7; RFC 9068, 2.2; RFC 8725, 3.8',
    on: TARGETS,
    bad: (target) => ({
      'azp and client_id differ': [target.issued({ azp: 'a', client_id: 'b' }), 'claim'],
      'sub as a list': [target.issued({ sub: ['alice'] }), 'claim'],
      'sub as an object': [target.issued({ sub: { toString: 'alice' } }), 'claim'],
      'sub empty': [target.issued({ sub: '' }), 'claim'],
      'sub as a number': [target.issued({ sub: 0 }), 'claim'],
      'client_id as a list': [target.issued({ client_id: ['web'] }), 'claim'],
      'azp null': [target.issued({ azp: null }), 'claim'],
      'scope as a list with a number': [target.issued({ scope: ['orders:write', 1] }), 'claim'],
      'scope as a list in a list': [target.issued({ scope: [['orders:write']] }), 'claim'],
      'scope as an object': [target.issued({ scope: { 0: 'orders:write' } }), 'claim'],
      'scope as true': [target.issued({ scope: true }), 'claim'],
    }),
  });
});

describe('scopes that are written so as to be read twice', () => {
  const policy = definePolicy({ rules: { 'echo.v1.Echo/*': requireScopes('orders:write') } });
  refuses({
    source: 'RFC 6749, 3.3; RFC 9068, 2.2.3',
    expected: status.PERMISSION_DENIED,
    on: TARGETS,
    policy,
    good: (target) => target.issued({ scope: 'orders:read orders:write' }),
    bad: (target) =>
      Object.fromEntries(
        [
          { scope: undefined },
          { scope: '' },
          { scope: 'orders' },
          { scope: 'orders:writer' },
          { scope: 'ORDERS:WRITE' },
          { scope: 'orders:*' },
          { scope: 'orders:read,orders:write' },
          ...['\u00A0', '\t', '\n', '\u2003', '\u0000', '\uFEFF'].map((space) => ({
            scope: `orders:read${space}orders:write`,
          })),
          // The first claim that is present counts, and they are never merged.
          { scope: 'orders:read', scp: ['orders:write'] },
          { scope: '', scp: 'orders:write' },
          { scope: ['orders:read', 'orders:writer'], scp: ['orders:write'] },
          // A list is taken as it is: its members are not split.
          { scope: ['orders:read orders:write'] },
          { scopes: ['orders:write'] },
          { Scope: 'orders:write' },
        ].map((claims) => [JSON.stringify(claims), [target.issued(claims), 'scope']]),
      ),
  });
});

describe("one tenant's key under the other's name", () => {
  const [a, b] = [createKey('ES256', 'same'), createKey('ES256', 'same')];
  const [A, B] = ['https://a.example', 'https://b.example'];
  const of = (name: string, issuer: string, key: typeof a) =>
    createJwksAuthenticator({ name, jwks: { keys: [key.jwk] }, issuer, audience: AUDIENCE });
  const compositions = {
    byIssuer: () => byIssuer({ [A]: of('a', A, a), [B]: of('b', B, b) }),
    anyOf: () => anyOf(of('a', A, a), of('b', B, b)),
    'cached byIssuer': () => cached(byIssuer({ [A]: of('a', A, a), [B]: of('b', B, b) })),
    'anyOf of caches': () => anyOf(cached(of('a', A, a)), cached(of('b', B, b))),
  };
  for (const [name, compose] of Object.entries(compositions)) {
    it(`${name}: UNAUTHENTICATED (CVE-2026-35039, CVE-2025-59936; RFC 8725, 3.8)`, async () => {
      await withTarget(
        'jwks',
        async ({ target, call, server }) => {
          const codeOf = async (key: typeof a, iss: unknown): Promise<number> =>
            (await call(target.forged({ alg: 'ES256', kid: 'same' }, target.claims({ iss }), key)))
              .code;
          for (let round = 0; round < 2; round += 1) {
            assert.equal(await codeOf(a, A), status.OK);
            assert.equal(await codeOf(b, B), status.OK);
            const { handlers } = server.seen;
            assert.equal(await codeOf(a, B), status.UNAUTHENTICATED);
            assert.equal(await codeOf(b, A), status.UNAUTHENTICATED);
            for (const iss of ['__proto__', 'constructor', [A], [B, A], { [A]: 1 }, null]) {
              assert.equal(await codeOf(a, iss), status.UNAUTHENTICATED);
            }
            assert.equal(server.seen.handlers, handlers);
          }
        },
        { authenticator: compose() },
      );
    });
  }
});
