import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { importKeySet, type KeySet } from '../src/index.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  claims,
  context,
  createTestAuthenticator,
  decide,
  key,
  keySetOf,
  token,
} from './support/test-authenticator.ts';

/** An authenticator whose keys are those of this moment, and how it decides now. */
function createRotating(first: KeySet) {
  const state = { keys: first, asked: 0 };
  const authenticator = createTestAuthenticator({
    keys: () => {
      state.asked += 1;
      return state.keys;
    },
  });
  const decideNow = async (jwt: string): Promise<string> => {
    const verdict = await authenticator.authenticate({ scheme: 'bearer', token: jwt }, context);
    return AuthError.is(verdict) ? verdict.reason : 'accepted';
  };
  return { state, authenticator, decideNow };
}

describe('changed keys', () => {
  it('take effect in the next call: no verdict is cached', async () => {
    const { state, decideNow } = createRotating(keySetOf(key));
    const jwt = token();
    expect(await decideNow(jwt)).toBe('accepted');
    state.keys = importKeySet({ keys: [] });
    expect(await decideNow(jwt)).toBe('unknown_key');
    state.keys = keySetOf(createSigningKey('EdDSA', key.kid));
    expect(await decideNow(jwt)).toBe('signature');
    state.keys = keySetOf({ ...createSigningKey('ES256', key.kid) });
    expect(await decideNow(jwt)).toBe('algorithm');
    state.keys = keySetOf(key);
    expect(await decideNow(jwt)).toBe('accepted');
    expect(state.asked).toBe(5);
  });

  it('are accepted even if their kid was used before they were published', async () => {
    const tomorrow = createSigningKey('EdDSA', 'tomorrow');
    const { state, decideNow } = createRotating(keySetOf(key));
    const jwt = signJws(tomorrow, { alg: 'EdDSA', kid: 'tomorrow' }, claims());
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await decideNow(jwt)).toBe('unknown_key');
    }
    state.keys = keySetOf(key, tomorrow);
    expect(await decideNow(jwt)).toBe('accepted');
  });

  it('are not hidden by a cached header', async () => {
    const { decideNow } = createRotating(keySetOf(key));
    const [head, payload] = token().split('.');
    expect(await decideNow(token())).toBe('accepted');
    expect(await decideNow(`${head}.${payload}.AAAA`)).toBe('signature');
    expect(await decideNow(token({ sub: 'bob' }))).toBe('accepted');
  });

  it('are read only after every check that needs no key has passed', async () => {
    const { state, decideNow } = createRotating(keySetOf(key));
    const bad = [
      'no token',
      token({}, { alg: 'HS256' }),
      token({}, { crit: [] }),
      token({}, { typ: 'dpop+jwt' }),
      token({}, { kid: 5 }),
      token({ iss: 'x' }),
      token({ aud: 'x' }),
      token({ at_hash: 'x' }),
      token({ exp: 1 }),
      token({ exp: undefined }),
      token({ nbf: 1e10 }),
      token({ scope: 5 }),
      token({ azp: 'a', client_id: 'b' }),
    ];
    for (const jwt of bad) expect(await decideNow(jwt)).not.toBe('accepted');
    expect(state.asked).toBe(0);
  });
});

describe('a function that returns the keys', () => {
  it('can be asynchronous', async () => {
    expect(await decide(token(), { keys: async () => keySetOf(key) })).toBe('accepted');
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('a bug');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('a bug'))],
  ])('causes an error, not a refusal, if it %s', async (_, keys) => {
    await expect(decide(token(), { keys })).rejects.toThrow(RangeError);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a JWK Set that was not imported', { keys: [key.jwk] }],
    ['what only looks like a KeySet', { size: 1, refused: [], candidates: () => [key] }],
    ['true', true],
  ])('causes an error, not a refusal, if it returns %s', async (_, given) => {
    for (const kid of [key.kid, undefined]) {
      const decision = decide(token({}, { kid }), { keys: () => given as never });
      await expect(decision).rejects.toThrow(TypeError);
    }
  });

  it('can report that no keys are available', async () => {
    const outage = new AuthError('unavailable', 'jwks');
    await expect(decide(token(), { keys: () => Promise.reject(outage) })).rejects.toBe(outage);
  });

  it('still works after ready(), subscribe() and close()', async () => {
    const { authenticator, decideNow } = createRotating(keySetOf(key));
    authenticator.subscribe(() => undefined)();
    await authenticator.ready();
    await authenticator.close();
    expect(await decideNow(token())).toBe('accepted');
  });
});
