import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { generate } from 'selfsigned';
import { refuses, withTarget } from '../support/attack.ts';
import { createKey, jws, secretKey } from '../support/attack-keys.ts';
import { type AttackProvider, startAttackProvider } from '../support/attack-provider.ts';
import { ASYMMETRIC, AUDIENCE, SIGNED, TARGETS, type Target } from '../support/attack-targets.ts';
import { withEcho } from '../support/with-echo.ts';

const attacker = createKey('ES256', 'main');
const attackerRsa = createKey('RS256', 'main');
const pem = await generate([{ name: 'commonName', value: 'attacker' }], { keySize: 2048 });
const certificate = pem.cert.replaceAll(/-----[^-]*-----|\s/g, '');

/** Headers in which a token brings its own key. */
function offers(target: Target, url: string): Readonly<Record<string, string>> {
  const signed = (header: object): string =>
    target.forged({ alg: 'ES256', ...header }, target.claims(), attacker);
  const { alg: _, ...undeclared } = attacker.jwk;
  return {
    jwk: signed({ jwk: attacker.jwk }),
    'jwk, of an unknown kid': signed({ jwk: attacker.jwk, kid: 'attacker' }),
    'jwk, without kid': signed({ jwk: attacker.jwk, kid: undefined }),
    'jwk that declares nothing': signed({ jwk: undeclared }),
    jku: signed({ jku: `${url}/jku` }),
    'jku, of an unknown kid': signed({ jku: `${url}/jku`, kid: 'attacker' }),
    x5u: signed({ x5u: `${url}/x5u` }),
    x5c: target.forged({ alg: 'RS256', x5c: [certificate] }, target.claims(), attackerRsa),
    'x5t and x5t#S256': signed({ x5t: 'AAAA', 'x5t#S256': 'AAAA', x5u: `${url}/x5u` }),
    'all of them': signed({
      jwk: attacker.jwk,
      jku: `${url}/jku`,
      x5u: `${url}/x5u`,
      x5c: [certificate],
    }),
    secret: target.forged(
      { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } },
      target.claims(),
      secretKey(Buffer.from('AAAA', 'base64url')),
    ),
  };
}

describe('a key that the token brings', () => {
  let host: AttackProvider;
  refuses({
    source: 'CVE-2018-0114; RFC 7515, 4.1.2 to 4.1.6; RFC 8725, 3.10',
    on: TARGETS,
    bad: (target) => offers(target, 'http://127.0.0.1:1'),
  });

  for (const name of TARGETS) {
    it(`${name}: nobody is asked for it (RFC 8725, 2.9 and 3.10)`, async () => {
      host = await startAttackProvider([attacker.jwk]);
      host.respond('/jku', { keys: [attacker.jwk] });
      host.respond('/x5u', (response) => response.end(pem.cert));
      await withTarget(name, async ({ target, call }) => {
        const tokens = Object.entries(offers(target, host.issuer));
        const ends = await Promise.all(tokens.map(([, token]) => call(token)));
        for (const { code } of ends) assert.equal(code, status.UNAUTHENTICATED);
        assert.equal((await call(target.issued())).code, status.OK);
        assert.deepEqual(host.paths, []);
      });
      await host.close();
    });
  }
});

describe('a kid that is a path, a query or a name of every object', () => {
  refuses({
    source: 'jwt_tool; RFC 8725, 2.9 and 3.10',
    on: SIGNED,
    bad: (target) => {
      const empty = secretKey(Buffer.alloc(0));
      const texts = [
        '../../../../../../dev/null',
        '/dev/null',
        'file:///dev/null',
        'http://127.0.0.1:1/key',
        "x' UNION SELECT 'secret';--",
        "' OR '1'='1",
        '*)(uid=*))(|(uid=*',
        '$(id)',
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        '0',
        'length',
        '',
        'main\u0000',
        'MAIN',
        ' main',
        'k'.repeat(4000),
      ];
      const others: readonly unknown[] = [null, 0, true, ['main'], { main: 1 }];
      return Object.fromEntries(
        [...texts, ...others].flatMap((kid) => [
          [JSON.stringify(kid).slice(0, 40), target.forged({ kid })],
          [
            `${JSON.stringify(kid).slice(0, 40)} by the empty secret`,
            target.forged({ kid, alg: 'HS256' }, target.claims(), empty),
          ],
        ]),
      );
    },
  });
});

describe('a secret that is chosen by what the token says', () => {
  it('hs256: UNAUTHENTICATED (GHSA-869p-cjfg-cm3x; RFC 8725, 3.8)', async () => {
    const [a, b] = [createKey('HS256', 'a'), createKey('HS256', 'b')];
    const issuer = 'https://login.example.com';
    const authenticator = createHs256Authenticator({
      secrets: [a, b].map(({ kid, privateKey }) => ({ kid, bytes: privateKey.export() })) as never,
      issuer,
      audience: AUDIENCE,
    });
    const exp = Math.floor(Date.now() / 1000) + 300;
    const claims = { iss: issuer, aud: AUDIENCE, exp };
    await withEcho({ authenticator }, async ({ client, server }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: `Bearer ${token}` })).code;
      const known = Buffer.from('a secret that the attacker knows');
      for (const token of [
        jws(b, { alg: 'HS256', kid: 'a' }, claims),
        jws(a, { alg: 'HS256', kid: 'b' }, claims),
        jws(a, { alg: 'HS256', kid: 'c' }, claims),
        jws(secretKey(known), { alg: 'HS256', kid: 'a', k: known.toString('base64url') }, claims),
        jws(secretKey(known), { alg: 'HS256', kid: 'a' }, { ...claims, secret: known.toString() }),
      ]) {
        assert.equal(await codeOf(token), status.UNAUTHENTICATED);
      }
      assert.equal(server.seen.handlers, 0);
      assert.equal(await codeOf(jws(a, { alg: 'HS256', kid: 'a' }, claims)), status.OK);
      assert.equal(await codeOf(jws(b, { alg: 'HS256' }, claims)), status.OK);
    });
  });
});

describe('the key of another kid, or of nobody', () => {
  refuses({
    source: 'RFC 7515, 4.1.4; RFC 8725, 3.1',
    on: ASYMMETRIC,
    bad: (target) => ({
      'its name and another key': [target.forged({}, target.claims(), attacker), 'signature'],
      'a name of its own': [target.forged({ kid: 'x' }, target.claims(), attacker), 'unknown_key'],
      'the name of a key of another type': [target.forged({ kid: 'rsa' }), 'algorithm'],
      'no name': [target.forged({ kid: undefined }, target.claims(), attacker), 'signature'],
    }),
  });
});
