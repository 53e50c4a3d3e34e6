import { setImmediate } from 'node:timers/promises';
import {
  AuthError,
  cached,
  createCallGuard,
  type GateOutcome,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator, readJwtOptions } from '../src/internal.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import { nodeEngine } from '../src/signature/node-engine.ts';
import type { SignatureEngine } from '../src/signature/signature-engine.ts';
import { VerificationScheduler } from '../src/signature/verification-scheduler.ts';
import { createFakeEventLoop, SIGNATURE_MS, SIGNATURES_PER_TURN } from './support/event-loop.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';
import { AUDIENCE, claims, clock, ISSUER, key, token } from './support/test-authenticator.ts';

/** Two connections of one address. */
const ATTACKER = '192.0.2.1:50000';
const USER = '192.0.2.1:50001';

const otherKey = createSigningKey('EdDSA', key.kid);
const forged = (index: number): string =>
  signJws(otherKey, { alg: 'EdDSA', kid: key.kid }, claims({ jti: String(index) }));

const goodToken = (index: number): string => token({ jti: String(index) });

function createSubject() {
  const eventLoop = createFakeEventLoop();
  // A synchronous engine under test:jose too, so that turns alone decide the order.
  const engine: SignatureEngine = {
    prepare(algorithm, prepared) {
      const check = nodeEngine.prepare(algorithm, prepared);
      return (
        check &&
        ((jws, thread) => {
          eventLoop.work(SIGNATURE_MS);
          return check(jws, thread);
        })
      );
    },
  };
  const keys = importKeySetWith([engine], { keys: [key.jwk] });
  const authenticator = cached(
    new JwtAuthenticator(
      readJwtOptions({ issuer: ISSUER, audience: AUDIENCE, clock }, { name: 'test' }),
      { keys: () => keys },
      new VerificationScheduler(eventLoop, 0),
    ),
    { clock },
  );
  const settled: string[] = [];
  const ask = (name: string, jwt: string, peer: string): Verdict | Promise<Verdict> => {
    const verdict = authenticator.authenticate(
      { scheme: 'bearer', token: jwt },
      { method: '/a.B/C', signal: new AbortController().signal, peer: { address: peer } },
    ) as Verdict | Promise<Verdict>;
    void Promise.resolve(verdict).then((late) =>
      settled.push(AuthError.is(late) ? late.reason : name),
    );
    return verdict;
  };
  const flood = (count: number) =>
    Array.from({ length: count }, (_, index) => ask('forged', forged(index), ATTACKER));
  /** Runs turns until no call waits; promise callbacks run between two turns. */
  const settle = async (): Promise<void> => {
    do await setImmediate();
    while (eventLoop.turn());
  };
  return { authenticator, ask, flood, settle, settled };
}

describe('a flood of forged tokens with a known kid', () => {
  it('delays the new token of another connection of its address by two turns', async () => {
    const { ask, flood, settle, settled } = createSubject();
    void flood(1000);
    void ask('good', token(), USER);
    await settle();
    const before = settled.slice(0, settled.indexOf('good')).filter((name) => name === 'signature');
    expect(before.length).toBeLessThanOrEqual(3 * SIGNATURES_PER_TURN);
    expect(settled.filter((name) => name === 'signature')).toHaveLength(1000);
  });

  it('does not delay a cached token', async () => {
    const { ask, flood, settle } = createSubject();
    const known = token();
    const first = ask('good', known, USER);
    await settle();
    expect(flood(100).at(-1)).toBeInstanceOf(Promise);
    expect(ask('good', known, ATTACKER)).toBe(await first);
  });

  it('of 1,200 connections keeps no good caller from being served, on its address or on another', async () => {
    const { ask, settle, settled } = createSubject();
    for (let index = 0; index < 1200; index += 1)
      void ask('forged', forged(index), `192.0.2.1:${index}`);
    for (let index = 0; index < 20; index += 1)
      void ask(
        'good',
        goodToken(index),
        index % 2 ? `192.0.2.1:${5000 + index}` : `192.0.2.2:${index}`,
      );
    await settle();
    expect(settled.filter((name) => name === 'good')).toHaveLength(20);
    expect(settled.filter((name) => name === 'signature')).toHaveLength(1200);
    // Addresses are served in turn.
    expect(settled.indexOf('good')).toBeLessThanOrEqual(2 * SIGNATURES_PER_TURN);
  });

  it('of more calls than may wait takes no place from other connections', async () => {
    const { authenticator, settle } = createSubject();
    const guard = createCallGuard({ authenticator, limits: { maxWaiting: 64 } });
    const begin = async (jwt: string, address: string): Promise<GateOutcome> =>
      guard.begin({
        method: '/a.B/C',
        streaming: false,
        credentials: { scheme: 'bearer', token: jwt },
        peer: { address },
        end: () => undefined,
      });
    const flood = (from: number) =>
      Array.from({ length: 200 }, (_, index) => begin(forged(from + index), ATTACKER));
    const before = flood(0);
    const good = Array.from({ length: 20 }, (_, index) =>
      begin(goodToken(index), `192.0.2.1:${index}`),
    );
    const after = flood(200);
    await settle();
    expect((await Promise.all(good)).map(({ allowed }) => allowed)).toEqual(good.map(() => true));
    const reasons = (await Promise.all([...before, ...after])).map(
      ({ refusal }) => refusal?.reason,
    );
    // All come from one address, which has 32 of the 64 places.
    expect(reasons.filter((reason) => reason === 'signature')).toHaveLength(
      SIGNATURES_PER_TURN + 12,
    );
    expect(new Set(reasons)).toEqual(new Set(['signature', 'overloaded']));
  });
});

describe('3,000 good new tokens at once', () => {
  it.each<readonly [string, (index: number) => string]>([
    ['over 3,000 connections', (index) => `192.0.2.1:${index}`],
    ['over one connection', () => '192.0.2.1:1'],
  ])('%s are all accepted', async (_how, addressOf) => {
    const { ask, settle, settled } = createSubject();
    for (let index = 0; index < 3000; index += 1)
      void ask('good', goodToken(index), addressOf(index));
    await settle();
    expect(settled).toHaveLength(3000);
    expect(new Set(settled)).toEqual(new Set(['good']));
  });
});
