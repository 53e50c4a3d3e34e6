import { exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';
import { claims, principalOf } from './support/test-authenticator.ts';

describe('a token of jose', () => {
  it.each([
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ])('is accepted: %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const keys = importKeySet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg }] });
    const jwt = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg, kid: 'k', typ: 'at+jwt' })
      .sign(privateKey);
    expect((await principalOf(jwt, { keys, algorithms: [alg] })).subject).toBe('alice');
  });

  it.each(['HS256', 'HS384', 'HS512'])('is accepted: %s', async (alg) => {
    const secret = await generateSecret(alg, { extractable: true });
    const keys = importKeySet({ keys: [{ ...(await exportJWK(secret)), kid: 'k', alg }] });
    const jwt = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg, kid: 'k' })
      .sign(secret);
    expect((await principalOf(jwt, { keys, algorithms: [alg] })).subject).toBe('alice');
  });
});
