// Rule numbers refer to docs/security-rules.md.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  AuthError,
  type Authenticator,
  cached,
  type CacheOptions,
  createCallGuard,
  type Credentials,
  type Decision,
  type GateOutcome,
} from '@grpc-authn/core';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createFakeClock } from '@grpc-authn/testing';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { createKey, encode, jws } from '../support/attack-keys.ts';
import { startAttackProvider } from '../support/attack-provider.ts';
import { AUDIENCE } from '../support/attack-targets.ts';
import { EchoClient } from '../support/echo-client.ts';
import { withEcho } from '../support/with-echo.ts';

const issuer = 'https://a.example';
const key = createKey('RS256', 'main');
const header = { alg: 'RS256', kid: 'main' };
const claims = (changes: object = {}): object => {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return { iss: issuer, aud: AUDIENCE, sub: 'alice', exp, ...changes };
};
/** Well-formed, with a valid kid, and a signature that must be verified to be rejected. */
const forge = (index: number): string => {
  const signature = Buffer.alloc(256, index % 251).toString('base64url');
  return `${encode(header)}.${encode(claims({ jti: String(index) }))}.${signature}`;
};
const good = (sub: string): string => jws(key, header, claims({ sub }));
const create = (cache: CacheOptions = {}) =>
  cached(createJwksAuthenticator({ jwks: { keys: [key.jwk] }, issuer, audience: AUDIENCE }), cache);

describe('five thousand forged tokens with a valid kid', () => {
  it('cached jwks: OK for a warm and for a cold good token of others (rule 8)', async () => {
    await withEcho({ authenticator: create() }, async ({ client, server }) => {
      const [warm, cold] = [good('warm'), good('cold')];
      assert.equal((await client.call('unary', { authorization: bearer(warm) })).code, status.OK);
      const attackers = Array.from(
        { length: 2 },
        () => new EchoClient(server.address, undefined, { 'grpc.use_local_subchannel_pool': 1 }),
      );
      const flood = Array.from({ length: 5000 }, (_, index) =>
        attackers[index % 2]!.call('unary', {
          authorization: bearer(forge(index)),
          deadlineMs: 120_000,
        }),
      );
      for (const token of [warm, cold]) {
        const end = await client.call('unary', {
          authorization: bearer(token),
          deadlineMs: 120_000,
        });
        assert.equal(end.code, status.OK);
      }
      const codes = new Set((await Promise.all(flood)).map(({ code }) => code));
      for (const code of codes) {
        assert.ok(code === status.UNAUTHENTICATED || code === status.UNAVAILABLE, String(code));
      }
      assert.equal(server.seen.handlers, 3);
      for (const attacker of attackers) attacker.close();
    });
  });

  it('cached jwks: a warm token is answered synchronously, however many wait (rule 8)', async () => {
    const authenticator = create();
    const gate = gateOf({ authenticator });
    const ask = (token: string, address: string) => gate({ scheme: 'bearer', token }, address);
    const warm = good('warm');
    await ask(warm, GOOD);
    const flood = Array.from({ length: 1000 }, async (_, index) => ask(forge(index), evil(0)));
    for (let turn = 0; turn < 20; turn += 1) {
      const decided = ask(warm, GOOD);
      assert.ok(!(decided instanceof Promise) && !AuthError.is(decided), `turn ${turn}`);
      await new Promise(setImmediate);
    }
    for (const refused of await Promise.all(flood)) assert.ok(AuthError.is(refused));
  });

  it('cached jwks: no more than 64 are decided in one turn of the event loop (rule 8)', async (t) => {
    fixSignatureTime(t);
    const gate = gateOf({ authenticator: create({ clock: createFakeClock(Date.now()) }) });
    await gate({ scheme: 'bearer', token: good('first') }, GOOD);
    await new Promise(setImmediate);
    const next = gate({ scheme: 'bearer', token: good('next') }, GOOD);
    let decided = 0;
    let most = 0;
    let turns = 0;
    const flood = Array.from({ length: 1000 }, async (_, index) => {
      await gate({ scheme: 'bearer', token: forge(index) }, evil(index));
      decided += 1;
    });
    while (decided < flood.length) {
      const before = decided;
      await new Promise(setImmediate);
      turns += 1;
      most = Math.max(most, decided - before);
    }
    assert.ok(turns >= flood.length / 64, `${turns} turns`);
    // An engine on other threads blocks no turn, and may finish more of them in one.
    if (!(next instanceof Promise)) assert.ok(most <= 64, `${most} in one turn`);
  });

  it('cached jwks: one cold good token is not behind all of them (rule 8)', async (t) => {
    fixSignatureTime(t);
    const gate = gateOf({ authenticator: create({ clock: createFakeClock(Date.now()) }) });
    let decided = 0;
    const flood = Array.from({ length: 4000 }, async (_, index) => {
      const end = await gate({ scheme: 'bearer', token: forge(index) }, evil(index));
      // Those without a place in the queue are rejected immediately, and cost no signature.
      if (AuthError.is(end) && end.reason === 'signature') decided += 1;
    });
    const cold = await gate({ scheme: 'bearer', token: good('cold') }, GOOD);
    assert.ok(!AuthError.is(cold));
    const ahead = decided;
    await Promise.all(flood);
    assert.ok(ahead <= 64, `${ahead} forged ones were verified before it`);
  });
});

/**
 * Lets each reading of the time take 0.1 ms, so that the number of signatures per turn does not depend on the machine:
 * the largest budget of a turn, 4.8 ms, is 48 signatures. The guard's time limits read this clock, too; the cache gets
 * one of its own.
 */
function fixSignatureTime(t: TestContext): void {
  let nowMs = performance.now();
  t.mock.method(performance, 'now', () => (nowMs += 0.1));
}

const GOOD = '192.0.2.1:50000';
const evil = (index: number): string => `198.51.100.${index % 4}:50000`;

/** Decides a call of a peer: a principal or a refusal, and a promise only if it had to wait. */
function gateOf({ authenticator }: { readonly authenticator: Authenticator<object> }) {
  const guard = createCallGuard({ authenticator });
  const answer = ({ principal, refusal }: GateOutcome) => refusal ?? principal;
  return (credentials: Credentials, address: string) => {
    const outcome = guard.begin({
      method: '/echo.v1.Echo/unary',
      streaming: false,
      credentials,
      peer: { address },
      end: () => undefined,
    });
    return outcome instanceof Promise ? outcome.then(answer) : answer(outcome);
  };
}

describe('more authentications at once than one peer may have', () => {
  it('any authenticator: UNAVAILABLE for the connection that has most, OK for another (rule 8)', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    const account = new Accounts({ alice: {} });
    const slow = {
      name: 'slow',
      authenticate: async (credentials: { readonly token: string }) => {
        asked += 1;
        await held;
        return account.authenticate(credentials);
      },
    };
    const outcomes: Decision['outcome'][] = [];
    const onDecision = ({ outcome }: Decision): void => void outcomes.push(outcome);
    // Both connections come from one address, and share its places.
    const limits = { maxWaitingPerPeer: 1024 };
    await withEcho({ authenticator: slow, onDecision, limits }, async ({ server, client }) => {
      const options = { 'grpc.use_local_subchannel_pool': 1 };
      const attacker = new EchoClient(server.address, undefined, options);
      const call = (of: EchoClient) =>
        of.call('unary', { authorization: bearer('alice'), deadlineMs: 60_000 });
      const flood = Array.from({ length: 1100 }, () => call(attacker));
      await eventually(
        () => outcomes.length === 76,
        'calls over the limit are rejected immediately',
        30_000,
      );
      assert.deepEqual(new Set(outcomes), new Set(['refused']));
      const other = call(client);
      await eventually(() => asked === 1101, 'the other is verified');
      await eventually(() => outcomes.length === 77, 'it took the place of a call of the flood');
      release();
      assert.equal((await other).code, status.OK);
      const codes = (await Promise.all(flood)).map(({ code }) => code);
      assert.equal(codes.filter((code) => code === status.UNAVAILABLE).length, 77);
      assert.equal(codes.filter((code) => code === status.OK).length, 1023);
      attacker.close();
    });
  });
});

describe('a flood of made-up kids', () => {
  it('jwks: UNAUTHENTICATED, for at most a fetch a second, and the known key still works (rule 21; envoy #39643)', async () => {
    const provider = await startAttackProvider([key.jwk]);
    const clock = createFakeClock();
    const authenticator = createJwksAuthenticator({
      jwks: { url: provider.jwksUri },
      issuer,
      audience: AUDIENCE,
      clock,
    });
    // On a busy machine, the flood takes longer than the default of ten seconds.
    await withEcho({ authenticator, timeoutMs: 60_000 }, async ({ client, server }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: bearer(token), deadlineMs: 60_000 })).code;
      assert.equal(await codeOf(good('alice')), status.OK);
      let ended = 0;
      const flood = Array.from({ length: 800 }, async (_, index) => {
        const code = await codeOf(jws(key, { alg: 'RS256', kid: `made-up-${index}` }, claims()));
        ended += 1;
        return code;
      });
      assert.equal(await codeOf(good('bob')), status.OK);
      const startMs = clock.nowMs();
      while (ended < flood.length) {
        for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
        await clock.advance(100);
      }
      for (const code of await Promise.all(flood)) assert.equal(code, status.UNAUTHENTICATED);
      const seconds = Math.ceil((clock.nowMs() - startMs) / 1000);
      assert.ok(
        provider.count('/jwks') <= 1 + 2 + seconds,
        `${provider.count('/jwks')} in ${seconds} s`,
      );
      assert.equal(await codeOf(good('carol')), status.OK);
      assert.equal(server.seen.handlers, 3);
    });
    await authenticator.close();
    await provider.close();
  });
});

describe('a hundred first calls while the keys cannot be had', () => {
  it('jwks: UNAVAILABLE for all, with one fetch, and OK once they can (CVE-2024-45809)', async () => {
    const provider = await startAttackProvider([key.jwk]);
    const clock = createFakeClock();
    const authenticator = createJwksAuthenticator({
      jwks: { url: provider.jwksUri },
      issuer,
      audience: AUDIENCE,
      clock,
    });
    provider.respond('/jwks', (response) => response.writeHead(500).end());
    await withEcho({ authenticator }, async ({ client, server }) => {
      const codeOf = async (token: string): Promise<number> =>
        (await client.call('unary', { authorization: bearer(token) })).code;
      const first = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          codeOf(index % 2 === 0 ? good('a') : forge(index)),
        ),
      );
      assert.deepEqual(new Set(first), new Set([status.UNAVAILABLE]));
      assert.equal(provider.count('/jwks'), 1);
      assert.equal(server.seen.handlers, 0);
      provider.publish([key.jwk]);
      await clock.advance(60_000);
      await eventually(() => provider.count('/jwks') > 1, 'a second try');
      for (let tries = 0; (await codeOf(good('a'))) !== status.OK; tries += 1)
        assert.ok(tries < 100);
    });
    await authenticator.close();
    await provider.close();
  });
});
