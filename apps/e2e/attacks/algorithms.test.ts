import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { byIssuer } from '@grpc-authn/jwt';
import { refuses } from '../support/attack.ts';
import { createKey, encode, type Key, jws, secretKey } from '../support/attack-keys.ts';
import {
  ASYMMETRIC,
  AUDIENCE,
  KEYS,
  SIGNED,
  TARGETS,
  type Target,
} from '../support/attack-targets.ts';
import { withEcho } from '../support/with-echo.ts';

/** Unsigned, in the form that libraries accepted that trusted the header. */
function unsigned(target: Target, alg: unknown): string {
  return `${encode({ alg, kid: target.key.kid, typ: 'at+jwt' })}.${encode(target.claims())}.`;
}

describe('the algorithm none, in any case', () => {
  refuses({
    source: 'CVE-2022-23540; RFC 8725, 3.1 and 3.2; rfc8725bis, 2.11',
    on: TARGETS,
    bad: (target) =>
      Object.fromEntries([
        ...['none', 'None', 'NONE', 'nOnE', 'none ', ' none', 'none\u0000', '', 'null'].map(
          (alg) => [JSON.stringify(alg), [unsigned(target, alg), 'algorithm']],
        ),
        ...[null, 0, true, ['none'], { alg: 'none' }, undefined].map((alg) => [
          `alg as ${JSON.stringify(alg)}`,
          [unsigned(target, alg), 'algorithm'],
        ]),
        ['none beside a signature', [target.forged({ alg: 'none' }), 'algorithm']],
      ]),
  });
});

describe('a signature that was taken away', () => {
  refuses({
    source: 'CVE-2015-9235; RFC 7515, 5.2; RFC 8725, 3.3',
    on: TARGETS,
    bad: (target) => {
      const [header, payload] = target.issued().split('.');
      const other = encode(target.claims({ sub: 'mallory' }));
      return {
        'its dot left': [`${header}.${payload}.`, 'signature'],
        'its dot taken too': [`${header}.${payload}`, 'not_a_compact_jws'],
        'with other claims': [`${header}.${other}.`, 'signature'],
        'of another token': [`${header}.${other}.${target.issued().split('.')[2]}`, 'signature'],
      };
    },
  });
});

describe('the public key as an HMAC secret', () => {
  refuses({
    source: 'CVE-2015-9235; CVE-2026-22817; RFC 8725, 2.1',
    on: ASYMMETRIC,
    bad: (target) => {
      const { publicKey, jwk, kid } = KEYS.rsa;
      const spki = publicKey!.export({ format: 'pem', type: 'spki' });
      const guesses: Readonly<Record<string, string | Buffer>> = {
        'PEM (SPKI)': spki,
        'PEM without its last line end': spki.toString().trimEnd(),
        'PEM (PKCS #1)': publicKey!.export({ format: 'pem', type: 'pkcs1' }),
        DER: publicKey!.export({ format: 'der', type: 'spki' }),
        'the JWK': JSON.stringify(jwk),
        'the modulus': Buffer.from(jwk.n!, 'base64url'),
      };
      return Object.fromEntries(
        Object.entries(guesses).flatMap(([what, bytes]) =>
          ['HS256', 'HS384', 'HS512'].map((alg) => [
            `${what} by ${alg}`,
            [
              target.forged({ alg, kid }, target.claims(), secretKey(Buffer.from(bytes), alg)),
              'algorithm',
            ],
          ]),
        ),
      );
    },
  });
});

describe("the header's algorithm for a key that declares none", () => {
  const { alg: _rsa, ...rsa } = KEYS.rsa.jwk;
  const { alg: _main, ...main } = KEYS.main.jwk;
  const as = (alg: string, key: Key = KEYS.rsa): Key => ({ ...key, alg });
  refuses({
    source: 'CVE-2026-22817; RFC 8725, 3.1; RFC 7517, 4.4',
    on: ASYMMETRIC,
    published: [rsa, main],
    algorithms: ['RS256', 'RS384', 'PS256', 'ES256'],
    good: (target) => target.forged({ alg: 'RS256', kid: 'rsa' }, target.claims(), KEYS.rsa),
    bad: (target) =>
      Object.fromEntries(
        ['RS384', 'PS256'].map((alg) => [
          alg,
          [target.forged({ alg, kid: 'rsa' }, target.claims(), as(alg)), 'algorithm'],
        ]),
      ),
  });
});

describe('an algorithm that is unknown', () => {
  refuses({
    source: 'CVE-2026-23993; RFC 8725, 3.1',
    on: TARGETS,
    bad: (target) =>
      Object.fromEntries(
        [
          'XX256',
          'ES256K',
          'Ed448',
          'RS1',
          'toString',
          '__proto__',
          'constructor',
          'A256KW',
          // Allowed names in another case, or with extra characters.
          'es256',
          'Es256',
          'hs256',
          'rs256',
          'ES256 ',
          ' ES256',
          'HS256\u0000',
          'eddsa',
        ].map((alg) => [alg, [target.forged({ alg }), 'algorithm']]),
      ),
  });
});

describe('a second algorithm for one key', () => {
  const declared = { ...KEYS.rsa.jwk, alg: 'PS256' };
  refuses({
    source: 'rfc8725bis, 3.1; RFC 8725, 3.1',
    on: ASYMMETRIC,
    published: [declared, KEYS.main.jwk],
    good: (target) =>
      target.forged({ alg: 'PS256', kid: 'rsa' }, target.claims(), { ...KEYS.rsa, alg: 'PS256' }),
    bad: (target) => ({
      RS256: [target.forged({ alg: 'RS256', kid: 'rsa' }, target.claims(), KEYS.rsa), 'algorithm'],
      'RS256 without kid': target.forged(
        { alg: 'RS256', kid: undefined },
        target.claims(),
        KEYS.rsa,
      ),
    }),
  });
});

describe('a symmetric algorithm where public keys are', () => {
  refuses({
    source: 'RFC 8725, 3.1; RFC 7518, 3.2',
    on: SIGNED,
    bad: (target) => {
      const secret = secretKey(Buffer.alloc(64), 'HS512');
      return {
        'HS512 by a guess': [target.forged({ alg: 'HS512' }, target.claims(), secret), 'algorithm'],
        'HS384 by a guess': [
          target.forged({ alg: 'HS384' }, target.claims(), { ...secret, alg: 'HS384' }),
          'algorithm',
        ],
      };
    },
  });
});

describe('an algorithm that is allowed to another issuer', () => {
  it('byIssuer: UNAUTHENTICATED (rfc8725bis, 3.1: an allow-list for each issuer)', async () => {
    const [a, b] = [createKey('RS256', 'k'), createKey('RS256', 'k')];
    const es = createKey('ES256', 'e');
    const of = (issuer: string, keys: readonly Key[], algorithms: readonly [string]) =>
      createJwksAuthenticator({
        name: issuer,
        jwks: { keys: keys.map(({ jwk }) => jwk) },
        issuer,
        audience: AUDIENCE,
        algorithms,
      });
    const [A, B] = ['https://a.example', 'https://b.example'];
    const authenticator = byIssuer({
      [A]: of(A, [a, es], ['ES256']),
      [B]: of(B, [b], ['RS256']),
    });
    const token = (key: Key, iss: string): string => {
      const exp = Math.floor(Date.now() / 1000) + 300;
      return jws(key, { alg: key.alg, kid: key.kid }, { iss, aud: AUDIENCE, exp });
    };
    await withEcho({ authenticator }, async ({ client, server }) => {
      const codeOf = async (key: Key, iss: string): Promise<number> =>
        (await client.call('unary', { authorization: `Bearer ${token(key, iss)}` })).code;
      assert.equal(await codeOf(es, A), status.OK);
      assert.equal(await codeOf(b, B), status.OK);
      assert.equal(await codeOf(a, A), status.UNAUTHENTICATED);
      assert.equal(await codeOf(b, A), status.UNAUTHENTICATED);
      assert.equal(server.seen.handlers, 2);
    });
  });
});
