// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { refuses, withTarget } from '../support/attack.ts';
import {
  ASYMMETRIC,
  AUDIENCE,
  KEYS,
  SIGNED,
  TARGETS,
  type Target,
} from '../support/attack-targets.ts';

const LOGOUT = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('an ID token, whose audience is ours', () => {
  refuses({
    source: 'OpenID Connect Core, 3.1.3.6; RFC 8725, 2.8 and 3.12; RFC 9068, 5',
    on: SIGNED,
    bad: (target) => {
      const id = (claims: object): readonly [string, string] => [
        target.issued({ nonce: 'n', auth_time: 1, ...claims }, { typ: 'JWT' }),
        'use',
      ];
      return {
        'with at_hash': id({ at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }),
        'with c_hash': id({ c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }),
        'of Cognito': id({ token_use: 'id' }),
        'of Keycloak': id({ typ: 'ID' }),
        'of Keycloak, in lower case': id({ typ: 'id' }),
      };
    },
  });
});

describe('a refresh, logout or event token, or an answer about one', () => {
  refuses({
    source: 'RFC 8725, 3.11 and 3.12; RFC 8417, 4.6; RFC 9701, 8.1; Back-Channel Logout, 2.4',
    on: SIGNED,
    bad: (target) => ({
      'of Keycloak, refresh': [target.issued({ typ: 'Refresh' }), 'use'],
      'of Keycloak, offline': [target.issued({ typ: 'Offline' }), 'use'],
      'of Keycloak, logout': [target.issued({ typ: 'Logout' }), 'use'],
      'of Cognito, refresh': [target.issued({ token_use: 'refresh' }), 'use'],
      'of simplejwt, refresh': [target.issued({ token_type: 'refresh' }), 'use'],
      'of Flask-JWT-Extended, refresh': [target.issued({ type: 'refresh' }), 'use'],
      'of ASP.NET Core, refresh': [target.issued({ TokenType: 'refresh-token' }), 'use'],
      'of Hydra, refresh': [target.issued({ token_use: 'refresh_token' }), 'use'],
      'a typ in the payload that is unknown': [target.issued({ typ: 'x' }), 'use'],
      'token_use as a list': [target.issued({ token_use: ['access'] }), 'use'],
      'typ as a list': [target.issued({ typ: ['Bearer'] }), 'use'],
      'a logout token': [target.issued({ events: LOGOUT }, { typ: 'JWT' }), 'use'],
      'a logout token that says so': [
        target.issued({ events: LOGOUT }, { typ: 'logout+jwt' }),
        'type',
      ],
      'a security event': [target.issued({ events: {} }, { typ: 'secevent+jwt' }), 'type'],
      'an introspection answer': [
        target.issued(
          { token_introspection: { active: true } },
          { typ: 'token-introspection+jwt' },
        ),
        'type',
      ],
      'an introspection answer without typ': [
        target.issued({ token_introspection: { active: true } }, { typ: undefined }),
        'use',
      ],
    }),
  });
});

describe('a header type of another kind of token', () => {
  refuses({
    source: 'RFC 8725, 3.11; RFC 9449, 4.2; RFC 7515, 4.1.9',
    on: SIGNED,
    good: (target) => target.issued({}, { typ: 'application/AT+JWT' }),
    bad: (target) =>
      Object.fromEntries(
        [
          'dpop+jwt',
          'DPOP+JWT',
          'application/dpop+jwt',
          'jwk-set+jwt',
          'oauth-authz-req+jwt',
          'client-authentication+jwt',
          'vc+sd-jwt',
          'kb+jwt',
          'rt+jwt',
          'JOSE',
          '',
          'at+jwt ',
          'at+jwt; charset=utf-8',
          'application/application/at+jwt',
          null,
          0,
          ['at+jwt'],
        ].map((typ) => [JSON.stringify(typ), [target.issued({}, { typ }), 'type']]),
      ),
  });
});

describe('an ID token without a sign of it, where the issuer types its access tokens', () => {
  const strict = (target: Target) =>
    createJwksAuthenticator({
      jwks: { url: target.provider.jwksUri },
      issuer: target.issuer,
      audience: AUDIENCE,
      typ: ['at+jwt'],
    });
  it("jwks: UNAUTHENTICATED with typ: ['at+jwt'] (RFC 9068, 4; RFC 8725, 3.11)", async () => {
    await withTarget('jwks', async ({ target, call: callDefault }) => {
      const authenticator = strict(target);
      // Without that option it cannot be distinguished; the threat model says so.
      const plain = target.issued({ nonce: 'n' }, { typ: 'JWT' });
      assert.equal((await callDefault(plain)).code, status.OK);
      await withTarget(
        'jwks',
        async ({ call }) => {
          const id = { nonce: 'n', auth_time: 1 };
          for (const typ of ['JWT', 'jwt', undefined]) {
            assert.equal((await call(target.issued(id, { typ }))).code, status.UNAUTHENTICATED);
          }
          assert.equal((await call(target.issued())).code, status.OK);
        },
        { authenticator },
      );
      await authenticator.close();
    });
  });
});

describe('a token that is bound to a key, sent without its proof', () => {
  refuses({
    source: 'RFC 7800, 3; RFC 9449, 7.2; RFC 8705, 3',
    on: TARGETS,
    bad: (target) =>
      Object.fromEntries(
        [
          { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
          { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' },
          { jwk: KEYS.main.jwk },
          { kid: 'k' },
          { 'of a later RFC': 1 },
          {},
          null,
          '',
          [],
          [{ jkt: 'x' }],
        ].map((cnf) => [JSON.stringify(cnf), target.issued({ cnf })]),
      ),
  });
});

describe('an expired token, whatever else is wrong with it', () => {
  for (const name of ASYMMETRIC) {
    it(`${name}: UNAUTHENTICATED, with the same trailers to the byte (rule 15; RFC 6750, 3.1)`, async () => {
      await withTarget(name, async ({ target, call }) => {
        const exp = Math.floor(Date.now() / 1000) - 3600;
        const expired = (changes: object = {}, header: object = {}, key = target.key): string =>
          target.forged(header, target.claims({ exp, iat: exp - 300, ...changes }), key);
        const tokens = {
          'nothing else': target.issued({ exp }),
          issuer: expired({ iss: 'https://else.example' }),
          audience: expired({ aud: 'billing' }),
          algorithm: expired({}, { alg: 'RS512' }),
          none: expired({}, { alg: 'none' }),
          kid: expired({}, { kid: 'unknown' }),
          key: expired({}, { kid: 'rsa', alg: 'RS256' }),
          signature: `${expired().slice(0, -8)}AAAAAAAA`,
          'no signature': `${expired().split('.').slice(0, 2).join('.')}.`,
          type: expired({}, { typ: 'dpop+jwt' }),
          crit: expired({}, { crit: ['x'] }),
          'an ID token': expired({ at_hash: 'x' }),
          bound: expired({ cnf: { jkt: 'x' } }),
          'not yet valid': expired({ nbf: exp + 7200 }),
        };
        const seen = new Set<string>();
        for (const [what, token] of Object.entries(tokens)) {
          const { code, details, trailers } = await call(token);
          assert.equal(code, status.UNAUTHENTICATED, what);
          const { date: _, ...fields } = trailers.toHttp2Headers();
          const bytes = JSON.stringify([code, details, fields]);
          seen.add(bytes);
          assert.equal(seen.size, 1, `${what}: ${bytes}`);
        }
        assert.match([...seen].join(''), /www-authenticate/);
        assert.equal((await call(target.issued())).code, status.OK);
        // A token that has not expired has other trailers, so that the comparison above can fail.
        const other = await call(target.forged({}, target.claims({ aud: 'billing' })));
        const { date: _, ...fields } = other.trailers.toHttp2Headers();
        assert.ok(!seen.has(JSON.stringify([other.code, other.details, fields])));
      });
    });
  }
});
