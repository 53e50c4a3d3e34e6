import { createHook } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import { joseEngine } from '../src/signature/jose-engine.ts';
import { nodeEngine } from '../src/signature/node-engine.ts';
import type { SignatureEngine } from '../src/signature/signature-engine.ts';
import { createSigningKey, signJws, type SigningKey } from './support/signing-key.ts';
import { claims, context, createTestAuthenticator } from './support/test-authenticator.ts';

const TOKENS = 64;
const SLOW = ['ES256', 'ES384', 'ES512', 'EdDSA'];

/** Tokens of one key; every third is signed by another key, or has a signature of the wrong length. */
function tokensOf(key: SigningKey): readonly { readonly jwt: string; readonly wanted: string }[] {
  const stranger = createSigningKey(key.alg, key.kid);
  const protectedHeader = { alg: key.alg, kid: key.kid };
  return Array.from({ length: TOKENS }, (_, index) => {
    const payload = claims({ sub: `user ${index}` });
    if (index % 3 > 0) {
      return { jwt: signJws(key, protectedHeader, payload), wanted: `user ${index}` };
    }
    const forged = signJws(stranger, protectedHeader, payload);
    return { jwt: index % 2 > 0 ? forged : `${forged}AAAA`, wanted: 'signature' };
  });
}

/** All in one turn of the event loop: what came of them, and how many went to the thread pool. */
async function decideAtOnce(
  key: SigningKey,
  threadPool: boolean | undefined,
  engine: SignatureEngine = nodeEngine,
): Promise<{ readonly wrong: readonly string[]; readonly pooled: number }> {
  const authenticator = createTestAuthenticator({
    keys: importKeySetWith([engine], { keys: [key.jwk] }),
    algorithms: [key.alg],
    ...(threadPool === undefined ? {} : { threadPool }),
  });
  const tokens = tokensOf(key);
  // Some Node.js make a request of a signature at once too, but call back only from another thread.
  const requests = new Set<number>();
  let pooled = 0;
  const hook = createHook({
    init: (id, type) => {
      if (type === 'SIGNREQUEST') requests.add(id);
    },
    before: (id) => {
      if (requests.has(id)) pooled += 1;
    },
  }).enable();
  try {
    await setImmediate();
    const verdicts = await Promise.all(
      tokens.map(async ({ jwt }) =>
        authenticator.authenticate({ scheme: 'bearer', token: jwt }, context),
      ),
    );
    const wrong = verdicts.flatMap((verdict, index) => {
      const came = AuthError.is(verdict) ? verdict.reason : verdict.subject;
      const { wanted } = tokens[index]!;
      return came === wanted ? [] : [`${index}: ${came}, not ${wanted}`];
    });
    return { wrong, pooled };
  } finally {
    hook.disable();
  }
}

describe('the thread pool', () => {
  it.each(SLOW)(
    'verifies what a turn has no time for, and no other verdict comes of it: %s',
    async (alg) => {
      const { wrong, pooled } = await decideAtOnce(createSigningKey(alg), true);
      expect(wrong).toEqual([]);
      expect(pooled).toBeGreaterThan(0);
      expect(pooled).toBeLessThan(TOKENS);
    },
  );

  it.each([
    ['that is not asked for', 'ES256', undefined],
    ['that is declined', 'ES256', false],
    ['whose way costs more than the signature: RS256', 'RS256', true],
    ['whose way costs more than the signature: PS256', 'PS256', true],
  ])('is left alone where it is one %s', async (_, alg, threadPool) => {
    const { wrong, pooled } = await decideAtOnce(createSigningKey(alg), threadPool);
    expect([wrong, pooled]).toEqual([[], 0]);
  });

  it('changes nothing for jose, which is on other threads anyway', async () => {
    const { wrong } = await decideAtOnce(createSigningKey('ES256'), true, joseEngine);
    expect(wrong).toEqual([]);
  });
});
