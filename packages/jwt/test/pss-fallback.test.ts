import type * as NodeCrypto from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { verifyCompactJws } from '../src/index.ts';
import { importKeySetWith } from '../src/keys/import-key-set.ts';
import { joseEngine } from '../src/signature/jose-engine.ts';
import { nodeEngine } from '../src/signature/node-engine.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';

const state = vi.hoisted(() => ({ details: {} as object | undefined }));

/** A build of OpenSSL that takes no RSASSA-PSS key, or does not hold it to what it says. */
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof NodeCrypto>();
  return {
    ...original,
    createPublicKey(input: { readonly format?: string }): unknown {
      const key = original.createPublicKey(input as never);
      if (input.format !== 'der') return key;
      if (state.details === undefined) throw new Error('unsupported');
      const { asymmetricKeyDetails } = key;
      return Object.defineProperty(key, 'asymmetricKeyDetails', {
        value: { ...asymmetricKeyDetails, ...state.details },
      });
    },
  };
});

const LACKING: readonly (readonly [string, object | undefined])[] = [
  ['takes no such key', undefined],
  ['forgets its hash', { hashAlgorithm: undefined }],
  ['gives it another hash', { hashAlgorithm: 'sha1' }],
  ['gives MGF1 another hash', { mgf1HashAlgorithm: 'sha1' }],
  ['allows a shorter salt', { saltLength: 20 }],
];

describe('PS256 where OpenSSL', () => {
  const signer = createSigningKey('PS256');
  const jws = signJws(signer, { alg: 'PS256' }, 'payload');
  const forged = signJws(createSigningKey('PS256'), { alg: 'PS256' }, 'payload');

  it.each(LACKING)('%s is verified by jose', async (_, details) => {
    state.details = details;
    const keys = importKeySetWith([nodeEngine, joseEngine], { keys: [signer.jwk] });
    const verdict = verifyCompactJws(jws, keys);
    expect(verdict).toBeInstanceOf(Promise);
    expect(await verdict).toMatchObject({ header: { alg: 'PS256' } });
    expect(await verifyCompactJws(forged, keys)).toMatchObject({ reason: 'signature' });
  });

  it('supports it is verified synchronously', () => {
    state.details = {};
    const keys = importKeySetWith([nodeEngine, joseEngine], { keys: [signer.jwk] });
    expect(verifyCompactJws(jws, keys)).toMatchObject({ header: { alg: 'PS256' } });
  });
});

describe('a key that no engine supports', () => {
  it('is left out at import', () => {
    state.details = undefined;
    const signer = createSigningKey('PS256');
    const keys = importKeySetWith([nodeEngine], { keys: [signer.jwk] });
    expect(keys.size).toBe(0);
    expect(keys.refused).toHaveLength(1);
  });
});
