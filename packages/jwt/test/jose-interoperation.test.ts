import { exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';
import { ALGORITHMS } from './support/engines.ts';
import { claims, principalOf } from './support/test-authenticator.ts';

const isHmac = (alg: string): boolean => alg.startsWith('HS');

describe('a token signed by jose', () => {
  it.each([...ALGORITHMS.filter((alg) => !isHmac(alg)), 'Ed25519'])(
    'is accepted: %s',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      const keys = importKeySet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg }] });
      const jwt = await new SignJWT({ ...claims() })
        .setProtectedHeader({ alg, kid: 'k', typ: 'at+jwt' })
        .sign(privateKey);
      expect((await principalOf(jwt, { keys, algorithms: [alg] })).subject).toBe('alice');
    },
  );

  it.each(ALGORITHMS.filter(isHmac))('is accepted: %s', async (alg) => {
    const secret = await generateSecret(alg, { extractable: true });
    const keys = importKeySet({ keys: [{ ...(await exportJWK(secret)), kid: 'k', alg }] });
    const jwt = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg, kid: 'k' })
      .sign(secret);
    expect((await principalOf(jwt, { keys, algorithms: [alg] })).subject).toBe('alice');
  });
});
