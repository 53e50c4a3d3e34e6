import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { importKeySet, type KeySet } from '../src/index.ts';
import { JwtAuthenticator, type KeySource, readJwtOptions } from '../src/internal.ts';
import { createSigningKey } from './support/signing-key.ts';
import {
  AUDIENCE,
  clock,
  context,
  ISSUER,
  key,
  keySetOf,
  token,
} from './support/test-authenticator.ts';

const rules = readJwtOptions({ issuer: ISSUER, audience: AUDIENCE, clock }, { name: 'test' });

function ask(
  source: KeySource,
  jwt = token(),
  waiting = context,
): Verdict<object> | Promise<Verdict<object>> {
  const authenticator = new JwtAuthenticator(rules, source);
  return authenticator.authenticate({ scheme: 'bearer', token: jwt }, waiting);
}

/** A source of these keys whose look-ups are counted, and bring this. */
function counted(keys: KeySet, found: KeySet | AuthError = keys) {
  const state = { lookUps: 0 };
  const lookUp = async (): Promise<KeySet | AuthError> => {
    state.lookUps += 1;
    return found;
  };
  return { state, source: { keys: () => keys, lookUp } satisfies KeySource };
}

describe('a source without keys', () => {
  const outage = new AuthError('unavailable', 'jwks');

  it('has its error returned, synchronously or asynchronously', async () => {
    expect(await ask({ keys: () => outage })).toBe(outage);
    expect(await ask({ keys: async () => outage })).toBe(outage);
  });

  it('has its error returned if a lookup fails', async () => {
    const { source } = counted(importKeySet({ keys: [] }), outage);
    expect(await ask(source)).toBe(outage);
  });

  it('is not asked for a lookup', async () => {
    const { state, source } = counted(importKeySet({ keys: [] }));
    expect(await ask({ ...source, keys: () => outage })).toBe(outage);
    expect(state.lookUps).toBe(0);
  });
});

describe('a cancelled call', () => {
  it('has no signature verified once the keys arrive', async () => {
    const leaving = new AbortController();
    const keys = Promise.resolve(keySetOf(key));
    const verdict = ask({ keys: () => keys }, token(), { ...context, signal: leaving.signal });
    await keys.then(() => leaving.abort());
    expect(await verdict).toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });
});

describe('a lookup', () => {
  it('is made for an unknown kid, and its result is used', async () => {
    const { state, source } = counted(importKeySet({ keys: [] }), keySetOf(key));
    expect(await ask(source)).toMatchObject({ subject: 'alice' });
    expect(state.lookUps).toBe(1);
  });

  it('is made once; then the kid is unknown', async () => {
    const { state, source } = counted(importKeySet({ keys: [] }));
    expect(await ask(source)).toMatchObject({ reason: 'unknown_key' });
    expect(state.lookUps).toBe(1);
  });

  it.each([
    ['issuer', token({ iss: 'x' })],
    ['audience', token({ aud: 'x' })],
    ['expired', token({ exp: 1 })],
    ['claim', token({ sub: 5 })],
    ['type', token({}, { typ: 'dpop+jwt' })],
    ['use', token({ at_hash: 'x' })],
    ['not_yet_valid', token({ nbf: 1e10 })],
    ['critical', token({}, { crit: [] })],
  ])('is never made for a token that is refused without a key: %s', async (reason, jwt) => {
    const { state, source } = counted(importKeySet({ keys: [] }));
    expect(await ask(source, jwt)).toMatchObject({ reason });
    expect(state.lookUps).toBe(0);
  });

  it.each([
    ['signature', createSigningKey('EdDSA', 'main')],
    ['algorithm', createSigningKey('ES256', 'main')],
  ])('is never made if the key is present: %s', async (reason, other) => {
    const { state, source } = counted(keySetOf(other));
    expect(await ask(source)).toMatchObject({ reason });
    expect(state.lookUps).toBe(0);
  });

  it('is not made if the source has no lookUp', async () => {
    const verdict = await ask({ keys: () => importKeySet({ keys: [] }) });
    expect(verdict).toMatchObject({ reason: 'unknown_key' });
  });

  it('gets a function that recognizes the key, and the signal of the call', async () => {
    const answers: boolean[] = [];
    const lookUp: KeySource['lookUp'] = async (isFound, signal) => {
      expect(signal).toBe(context.signal);
      answers.push(isFound(importKeySet({ keys: [] })), isFound(keySetOf(key)));
      answers.push(isFound({ size: 1, refused: [] }), isFound(keySetOf(createSigningKey('ES256'))));
      return keySetOf(key);
    };
    await ask({ keys: () => importKeySet({ keys: [] }), lookUp });
    expect(answers).toEqual([false, true, false, false]);
  });
});

describe('keys that were not imported', () => {
  it('are an error, not a refusal', async () => {
    for (const wrong of [undefined, null, {}, { size: 1, refused: [] }, [key.jwk]]) {
      for (const jwt of [token(), token({}, { kid: undefined })]) {
        // Thrown at once, or in the next turn of a busy event loop.
        const asked = async (): Promise<unknown> => ask({ keys: () => wrong as never }, jwt);
        await expect(asked()).rejects.toThrow('expected a KeySet');
      }
    }
  });
});
