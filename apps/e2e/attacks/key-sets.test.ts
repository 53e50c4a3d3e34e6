import assert from 'node:assert/strict';
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { cached, type ManagedAuthenticator } from '@grpc-authn/core';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import { refuses, withTarget } from '../support/attack.ts';
import { createKey, encode, type Key, jws } from '../support/attack-keys.ts';
import { type AttackProvider, startAttackProvider } from '../support/attack-provider.ts';
import { ASYMMETRIC, AUDIENCE, KEYS, type Target } from '../support/attack-targets.ts';
import { eventually } from '../support/accounts.ts';
import type { EchoClient } from '../support/echo-client.ts';
import { withEcho } from '../support/with-echo.ts';

const key = createKey('ES256', 'main');
const JSON_TYPE = { 'content-type': 'application/json' };
let provider: AttackProvider;
let clock: FakeClock;

beforeEach(async () => {
  provider = await startAttackProvider([key.jwk]);
  clock = createFakeClock();
});
afterEach(() => provider.close());

const ADAPTERS: Readonly<Record<string, () => ManagedAuthenticator<object>>> = {
  jwks: () => createJwksAuthenticator({ jwks: { url: provider.jwksUri }, ...rules() }),
  oidc: () => createOidcAuthenticator(rules()),
  // Older than the refresh, so that only the change of keys ends a verdict.
  cached: () =>
    cached(createJwksAuthenticator({ jwks: { url: provider.jwksUri }, ...rules() }), {
      clock,
      maxAgeSeconds: 86_400,
    }),
};
const rules = () => ({ issuer: provider.issuer, audience: AUDIENCE, clock });

function token(by: Key = key, header: object = {}): string {
  const exp = Math.floor(clock.nowMs() / 1000) + 80_000;
  return jws(
    by,
    { alg: by.alg, kid: by.kid, ...header },
    { iss: provider.issuer, aud: AUDIENCE, exp },
  );
}

async function codeOf(client: EchoClient, sent: string): Promise<number> {
  return (await client.call('unary', { authorization: `Bearer ${sent}` })).code;
}

/** A server whose authenticator has the fake clock. */
async function withAdapter(
  name: string,
  body: (client: EchoClient, handlers: () => number) => Promise<void>,
): Promise<void> {
  const authenticator = ADAPTERS[name]!();
  await withEcho({ authenticator }, ({ client, server }) =>
    body(client, () => server.seen.handlers),
  );
  await authenticator.close();
}

describe('key sets that cannot be had, or are none', () => {
  const modes: Readonly<Record<string, Parameters<AttackProvider['respond']>[1]>> = {
    'a closed connection': (response) => response.socket?.destroy(),
    '500': (response) =>
      response.writeHead(500, JSON_TYPE).end(JSON.stringify({ keys: [key.jwk] })),
    '404': (response) => response.writeHead(404).end(),
    'a redirect': (response) => response.writeHead(302, { location: '/other-keys' }).end(),
    HTML: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'JSON cut off': (response) => response.writeHead(200, JSON_TYPE).end('{"keys":['),
    'no list': { keys: {} },
    null: (response) => response.writeHead(200, JSON_TYPE).end('null'),
    'without end': (response) => {
      response.writeHead(200, JSON_TYPE);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
      };
      response.on('drain', pour);
      pour();
    },
  };
  for (const name of Object.keys(ADAPTERS)) {
    it(`${name}: UNAVAILABLE, and no key by default (CVE-2026-31837)`, async () => {
      provider.respond('/other-keys', { keys: [key.jwk] });
      for (const [what, answer] of Object.entries(modes)) {
        provider.respond('/jwks', answer);
        await withAdapter(name, async (client, handlers) => {
          assert.equal(await codeOf(client, token()), status.UNAVAILABLE, what);
          const forged = token(createKey('ES256', 'main'));
          assert.equal(await codeOf(client, forged), status.UNAVAILABLE, what);
          assert.equal(handlers(), 0, what);
          provider.publish([key.jwk]);
          await clock.advance(60_000);
          await eventually(() => provider.count('/jwks') > 1, 'a second try');
          await assert.doesNotReject(async () => {
            for (let tries = 0; (await codeOf(client, token())) !== status.OK; tries += 1) {
              await clock.advance(60_000);
              assert.ok(tries < 20, what);
            }
          });
        });
        assert.equal(provider.count('/other-keys'), 0);
      }
    });
  }
});

describe('an empty key set', () => {
  for (const name of Object.keys(ADAPTERS)) {
    it(`${name}: UNAUTHENTICATED, and it replaces (GHSA-675f-rq2r-jw82; rule 22)`, async () => {
      await withAdapter(name, async (client, handlers) => {
        assert.equal(await codeOf(client, token()), status.OK);
        provider.publish([]);
        await clock.advance(600_000);
        await eventually(() => provider.count('/jwks') > 1, 'a refresh');
        await untilRefused(client, token(key));
        assert.equal(handlers() > 0, true);
      });
    });
  }
});

/** A refresh runs in the background: its answer arrives a moment after the request. */
async function untilRefused(client: EchoClient, sent: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const code = await codeOf(client, sent);
    if (code === status.UNAUTHENTICATED) return;
    assert.equal(code, status.OK);
    await clock.advance(1);
  }
  assert.fail('it was never refused');
}

describe('a key that was taken out of the set', () => {
  for (const name of Object.keys(ADAPTERS)) {
    it(`${name}: UNAUTHENTICATED after the refresh, though warm (GHSA-675f-rq2r-jw82, fast-jwt #5)`, async () => {
      const next = createKey('ES256', 'next');
      await withAdapter(name, async (client) => {
        const warm = token();
        assert.equal(await codeOf(client, warm), status.OK);
        assert.equal(await codeOf(client, warm), status.OK);
        provider.publish([next.jwk]);
        await clock.advance(600_000);
        await eventually(() => provider.count('/jwks') > 1, 'a refresh');
        await untilRefused(client, warm);
        assert.equal(await codeOf(client, token(next)), status.OK);
        assert.equal(await codeOf(client, warm), status.UNAUTHENTICATED);
      });
    });
  }
});

describe('a key that was exchanged under its name', () => {
  for (const name of Object.keys(ADAPTERS)) {
    it(`${name}: UNAUTHENTICATED for the old one (GHSA-675f-rq2r-jw82)`, async () => {
      const next = createKey('ES256', 'main');
      await withAdapter(name, async (client) => {
        const warm = token();
        assert.equal(await codeOf(client, warm), status.OK);
        provider.publish([next.jwk]);
        await clock.advance(600_000);
        await eventually(() => provider.count('/jwks') > 1, 'a refresh');
        await untilRefused(client, warm);
        assert.equal(await codeOf(client, token(next)), status.OK);
      });
    });
  }
});

describe("tomorrow's kid, shown today", () => {
  for (const name of Object.keys(ADAPTERS)) {
    it(`${name}: UNAUTHENTICATED, and OK within 2 s once it is published (RFC 7517, 5; rule 21)`, async () => {
      const tomorrow = createKey('ES256', 'tomorrow');
      await withAdapter(name, async (client) => {
        assert.equal(await codeOf(client, token()), status.OK);
        for (let second = 0; second < 3; second += 1) {
          const shown = codeOf(client, token(tomorrow));
          const forged = codeOf(client, token(createKey('ES256', 'tomorrow')));
          await settles(shown);
          assert.equal(await shown, status.UNAUTHENTICATED);
          await settles(forged);
          assert.equal(await forged, status.UNAUTHENTICATED);
        }
        provider.publish([key.jwk, tomorrow.jwk]);
        const startMs = clock.nowMs();
        const accepted = codeOf(client, token(tomorrow));
        await settles(accepted);
        assert.equal(await accepted, status.OK);
        assert.ok(clock.nowMs() - startMs <= 2000);
      });
    });
  }
});

/** Advances the fake clock, a tenth of a second per turn, until the call has ended. */
async function settles(promised: Promise<unknown>): Promise<void> {
  const ended: unknown[] = [];
  void promised.finally(() => ended.push(promised));
  for (let turn = 0; ended.length === 0 && turn < 1000; turn += 1) {
    // The call must reach the server, and the provider answer, between two ticks of the clock.
    for (let wait = 0; ended.length === 0 && wait < 20; wait += 1) await new Promise(setImmediate);
    if (ended.length === 0 && turn % 10 === 9) await clock.advance(100);
  }
}

describe('keys that must not be used', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const leaked = createKey('ES256', 'leaked');
  const secret = {
    kty: 'oct',
    alg: 'HS256',
    k: randomBytes(32).toString('base64url'),
    kid: 'secret',
  };
  const rsa = (kid: string): Key => ({ ...KEYS.rsa, kid });
  const keys: Readonly<Record<string, readonly [Key, object]>> = {
    'RSA of 1,024 bits': [
      { ...KEYS.rsa, kid: 'weak', privateKey: weak.privateKey },
      { ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' },
    ],
    'with its private half': [
      leaked,
      { ...leaked.privateKey.export({ format: 'jwk' }), kid: 'leaked', alg: 'ES256' },
    ],
    'for encryption': [rsa('enc'), { ...KEYS.rsa.jwk, kid: 'enc', use: 'enc' }],
    'for wrapping': [rsa('wrap'), { ...KEYS.rsa.jwk, kid: 'wrap', key_ops: ['wrapKey'] }],
    'for signing alone': [rsa('sign'), { ...KEYS.rsa.jwk, kid: 'sign', key_ops: ['sign'] }],
    'of another algorithm': [rsa('other'), { ...KEYS.rsa.jwk, kid: 'other', alg: 'RSA-OAEP' }],
    'of an algorithm for secrets': [rsa('hs'), { ...KEYS.rsa.jwk, kid: 'hs', alg: 'HS256' }],
    'a secret': [{ ...createKey('HS256', 'secret') }, secret],
  };
  refuses({
    source: 'RFC 7517, 4.2, 4.3 and 9.2; RFC 7518, 3.3; RFC 8725, 3.5; rule 19',
    on: ASYMMETRIC,
    published: [KEYS.main.jwk, ...Object.values(keys).map(([, jwk]) => jwk)],
    bad: (target) =>
      Object.fromEntries(
        Object.entries(keys).map(([what, [by]]) => [
          what,
          target.forged({ alg: by.alg, kid: by.kid }, target.claims(), by),
        ]),
      ),
  });
});

describe('two keys of one name', () => {
  const [one, other] = [createKey('ES256', 'twin'), createKey('ES256', 'twin')];
  refuses({
    source: 'RFC 7517, 4.5; rule 20',
    on: ASYMMETRIC,
    published: [KEYS.main.jwk, one.jwk, other.jwk],
    bad: (target) => ({
      one: target.forged({ kid: 'twin' }, target.claims(), one),
      other: target.forged({ kid: 'twin' }, target.claims(), other),
    }),
  });
});

/** RSASSA-PKCS1-v1_5 (RFC 8017, 8.2) needs no key where the exponent is one. */
function signedByNobody(target: Target): string {
  const input = `${encode({ alg: 'RS256', kid: 'one' })}.${encode(target.claims())}`;
  const digest = createHash('sha256').update(input).digest();
  const info = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    digest,
  ]);
  const filler = Buffer.alloc(256 - 3 - info.length, 0xff);
  const padded = Buffer.concat([Buffer.from([0, 1]), filler, Buffer.from([0]), info]);
  return `${input}.${padded.toString('base64url')}`;
}

describe('a key set of ten thousand keys, or of monstrous ones', () => {
  const ed = createKey('EdDSA');
  // All fit into a megabyte; more is not read.
  const { kty, crv, x } = ed.jwk;
  const many = Array.from({ length: 10_000 }, (_, index) => ({ kty, crv, x, kid: `k${index}` }));
  const exponent = { ...KEYS.rsa.jwk, kid: 'e', e: Buffer.alloc(256, 0xff).toString('base64url') };
  const modulus = { ...KEYS.rsa.jwk, kid: 'n', n: Buffer.alloc(2048, 0xff).toString('base64url') };
  const even = { ...KEYS.rsa.jwk, kid: 'even', e: 'AQAA' };
  const one = { ...KEYS.rsa.jwk, kid: 'one', e: 'AQ' };
  const point = { ...KEYS.main.jwk, kid: 'point', x: 'AAAA', y: 'AAAA' };
  refuses({
    source: 'RFC 8725, 3.4; rules 19 and 20',
    on: ASYMMETRIC,
    published: [KEYS.main.jwk, exponent, modulus, even, one, point, ...many],
    bad: (target) => {
      const by = (kid: string): string =>
        target.forged({ alg: 'RS256', kid }, target.claims(), KEYS.rsa);
      return {
        ...Object.fromEntries(['e', 'n', 'even', 'one'].map((kid) => [kid, by(kid)])),
        'the message itself, to the power of one': signedByNobody(target),
        'the last': target.forged({ alg: 'EdDSA', kid: 'k9999' }, target.claims(), ed),
        point: target.forged({ kid: 'point' }),
      };
    },
  });

  it('node:crypto itself would have imported some of these', () => {
    for (const jwk of [one, { ...exponent, e: exponent.e.slice(0, 170) }]) {
      assert.ok(createPublicKey({ key: jwk, format: 'jwk' }));
    }
  });

  for (const name of ASYMMETRIC) {
    it(`${name}: at most 64 are stored, and 4 tried for a token without kid`, async () => {
      const others = Array.from({ length: 100 }, (_, index) => createKey('EdDSA', `k${index}`));
      const published = others.map(({ jwk }) => jwk);
      await withTarget(
        name,
        async ({ target, call }) => {
          const codes = async (header: (of: Key) => object): Promise<number> => {
            const ends = await Promise.all(
              others.map((of) =>
                call(target.forged({ alg: 'EdDSA', ...header(of) }, target.claims(), of)),
              ),
            );
            return ends.filter(({ code }) => code === status.OK).length;
          };
          assert.equal(await codes(({ kid }) => ({ kid })), 64);
          assert.equal(await codes(() => ({ kid: undefined })), 4);
        },
        { published },
      );
    });
  }
});
