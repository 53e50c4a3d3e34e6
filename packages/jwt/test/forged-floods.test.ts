import { setImmediate } from 'node:timers/promises';
import { AuthError, cached, type Verdict } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator, readJwtOptions } from '../src/internal.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import { nodeEngine } from '../src/signature/node-engine.ts';
import { VerificationScheduler } from '../src/signature/verification-scheduler.ts';
import { createFakeEventLoop, SIGNATURES_PER_TURN } from './support/event-loop.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';
import { AUDIENCE, claims, clock, ISSUER, key, token } from './support/test-authenticator.ts';

const otherKey = createSigningKey('EdDSA', key.kid);
const forged = (index: number): string =>
  signJws(otherKey, { alg: 'EdDSA', kid: key.kid }, claims({ jti: String(index) }));

function createSubject() {
  const eventLoop = createFakeEventLoop();
  // A synchronous engine under test:jose too, so that turns alone decide the order.
  const keys = importKeySetWith([nodeEngine], { keys: [key.jwk] });
  const authenticator = cached(
    new JwtAuthenticator(
      readJwtOptions({ issuer: ISSUER, audience: AUDIENCE, clock }, { name: 'test' }),
      { keys: () => keys },
      new VerificationScheduler(eventLoop),
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
    Array.from({ length: count }, (_, index) => ask('forged', forged(index), 'attacker'));
  /** Runs turns until no call waits; promise callbacks run between two turns. */
  const settle = async (): Promise<void> => {
    do await setImmediate();
    while (eventLoop.turn());
  };
  return { ask, flood, settle, settled };
}

describe('a flood of forged tokens with a known kid', () => {
  it('delays the new token of another peer by two turns', async () => {
    const { ask, flood, settle, settled } = createSubject();
    void flood(1000);
    void ask('good', token(), 'user');
    await settle();
    const before = settled.slice(0, settled.indexOf('good')).filter((name) => name === 'signature');
    expect(before.length).toBeLessThanOrEqual(3 * SIGNATURES_PER_TURN);
    expect(settled.filter((name) => name === 'signature')).toHaveLength(1000);
  });

  it('does not delay a cached token', async () => {
    const { ask, flood, settle } = createSubject();
    const known = token();
    const first = ask('good', known, 'user');
    await settle();
    expect(flood(100).at(-1)).toBeInstanceOf(Promise);
    expect(ask('good', known, 'attacker')).toBe(await first);
  });

  it('is rejected beyond the limit of the queue, while other peers are served', async () => {
    const { ask, flood, settle, settled } = createSubject();
    void flood(2000);
    void ask('good', token(), 'user');
    await settle();
    expect(settled).toContain('good');
    const rejected = settled.filter((name) => name === 'overloaded').length;
    // The good token took the place of one of the flood.
    expect(rejected).toBe(2000 - SIGNATURES_PER_TURN - 1024 + 1);
    expect(settled.filter((name) => name === 'signature')).toHaveLength(2000 - rejected);
  });
});
