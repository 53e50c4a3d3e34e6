import { setImmediate } from 'node:timers/promises';
import { AuthError, cached, type Verdict } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  claims,
  clock,
  createTestAuthenticator,
  key,
  token,
} from './support/test-authenticator.ts';

const stranger = createSigningKey('EdDSA', key.kid);
const forged = (index: number): string =>
  signJws(stranger, { alg: 'EdDSA', kid: key.kid }, claims({ jti: String(index) }));

function createSubject() {
  const authenticator = cached(createTestAuthenticator(), { clock });
  const settled: string[] = [];
  const ask = (name: string, jwt: string, peer: string): Verdict | Promise<Verdict> => {
    const context = {
      method: '/a.B/C',
      signal: new AbortController().signal,
      peer: { address: peer },
    };
    const verdict = authenticator.authenticate({ scheme: 'bearer', token: jwt }, context);
    void Promise.resolve(verdict).then((late) =>
      settled.push(AuthError.is(late) ? late.reason : name),
    );
    return verdict;
  };
  return { ask, settled };
}

const all = (verdicts: readonly unknown[]): Promise<readonly unknown[]> =>
  Promise.all(verdicts.map(async (verdict) => verdict));

describe('a flood of forged tokens with a good kid', () => {
  it('keeps the good new token of another peer waiting for a turn or two, not for its end', async () => {
    const { ask, settled } = createSubject();
    const tokens = Array.from({ length: 1000 }, (_, index) => forged(index));
    await setImmediate();
    const flood = tokens.map((jwt) => ask('forged', jwt, 'attacker'));
    await ask('good', token(), 'somebody');
    const before = settled.slice(0, settled.indexOf('good')).filter((name) => name === 'signature');
    // A turn has room for half a millisecond of signatures, each some 0.1 ms.
    expect(before.length).toBeLessThan(100);
    await all(flood);
    expect(settled.filter((name) => name === 'signature')).toHaveLength(1000);
  });

  it('keeps no known token waiting at all', async () => {
    const { ask } = createSubject();
    const known = token();
    const principal = await ask('good', known, 'somebody');
    const tokens = Array.from({ length: 100 }, (_, index) => forged(index));
    await setImmediate();
    const flood = tokens.map((jwt) => ask('forged', jwt, 'attacker'));
    expect(flood.at(-1)).toBeInstanceOf(Promise);
    expect(ask('good', known, 'attacker')).toBe(principal);
    await all(flood);
  });

  it('beyond what may wait is told to come again, while the tokens of others are decided', async () => {
    const { ask, settled } = createSubject();
    const tokens = Array.from({ length: 2000 }, (_, index) => forged(index));
    await setImmediate();
    const flood = tokens.map((jwt) => ask('forged', jwt, 'attacker'));
    await ask('good', token(), 'somebody');
    await all(flood);
    expect(settled).toContain('good');
    const away = settled.filter((name) => name === 'overloaded').length;
    expect(away).toBeGreaterThan(900);
    expect(settled.filter((name) => name === 'signature')).toHaveLength(2000 - away);
  });
});
