import { setImmediate } from 'node:timers/promises';
import { AuthError, type Verdict } from '@grpc-authn/core/authenticator';
import { isPrincipal, isPromiseLike } from '@grpc-authn/core/internal';
import { describe, expect, it } from 'vitest';
import { verifyCompactJws } from '../src/index.ts';
import { ALGORITHMS } from './support/engines.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  claims,
  context,
  createTestAuthenticator,
  key,
  keySetOf,
  type TestOptions,
  token,
} from './support/test-authenticator.ts';

/** Reading the signal creates an AbortController, which costs time. */
const untouched = {
  method: context.method,
  get signal(): AbortSignal {
    throw new Error('the signal was read');
  },
};

/** Starts a new turn of the event loop, whose time budget is not used yet. */
async function synchronousVerdict(jwt: string, options: TestOptions = {}): Promise<Verdict> {
  await setImmediate();
  const authenticator = createTestAuthenticator(options);
  const verdict = authenticator.authenticate({ scheme: 'bearer', token: jwt }, untouched);
  if (isPromiseLike(verdict)) throw new Error('received a promise');
  return verdict;
}

describe('a verdict on a token whose keys are available', () => {
  it.each(ALGORITHMS)('is synchronous, and reads no signal: %s', async (alg) => {
    const signer = createSigningKey(alg);
    const jwt = signJws(signer, { alg, kid: signer.kid }, claims());
    const options = { keys: keySetOf(signer), algorithms: [alg] } as const;
    expect(isPrincipal(await synchronousVerdict(jwt, options))).toBe(true);
    const forged = signJws(createSigningKey(alg), { alg, kid: signer.kid }, claims());
    expect(await synchronousVerdict(forged, options)).toMatchObject({ reason: 'signature' });
  });

  it.each([
    ['expired', token({ exp: 1 })],
    ['issuer', token({ iss: 'https://x.example' })],
    ['unknown_key', token({}, { kid: 'other' })],
    ['not_a_compact_jws', 'abc'],
  ])('is synchronous if it is a refusal: %s', async (reason, jwt) => {
    expect(await synchronousVerdict(jwt)).toMatchObject({ reason });
  });

  it('is a promise if the keys are', async () => {
    const authenticator = createTestAuthenticator({ keys: async () => keySetOf(key) });
    const verdict = authenticator.authenticate({ scheme: 'bearer', token: token() }, context);
    expect(isPromiseLike(verdict)).toBe(true);
    expect(isPrincipal(await verdict)).toBe(true);
  });

  it('needs no signature if the call was cancelled while the keys were fetched', async () => {
    const left = new AbortController();
    const authenticator = createTestAuthenticator({
      keys: async () => {
        left.abort();
        return keySetOf(key);
      },
    });
    const credentials = { scheme: 'bearer', token: token() };
    const verdict = await authenticator.authenticate(credentials, {
      ...context,
      signal: left.signal,
    });
    expect(verdict).toMatchObject({ code: 'unavailable', reason: 'timeout' });
  });
});

describe('verifyCompactJws', () => {
  it.each(ALGORITHMS)('is synchronous: %s', (alg) => {
    const signer = createSigningKey(alg);
    const keys = keySetOf(signer);
    const jws = signJws(signer, { alg, kid: signer.kid }, 'payload');
    const verified = verifyCompactJws(jws, keys, { algorithms: [alg] });
    expect(verified).toMatchObject({ header: { alg } });
    const foreign = signJws(createSigningKey(alg), { alg, kid: signer.kid }, 'payload');
    const refused = verifyCompactJws(foreign, keys, { algorithms: [alg] });
    expect(AuthError.is(refused)).toBe(true);
  });
});
