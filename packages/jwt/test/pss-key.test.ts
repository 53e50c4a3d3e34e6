import { createPublicKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { toPssKey } from '../src/signature/pss-key.ts';
import { createSigningKey } from './support/signing-key.ts';

it('An RSASSA-PSS key is created only for the hashes of RFC 7518', () => {
  const key = createPublicKey({ key: createSigningKey('PS256').jwk, format: 'jwk' });
  expect(toPssKey(key, 'sha256')?.asymmetricKeyDetails).toMatchObject({ saltLength: 32 });
  for (const hash of ['sha1', 'sha3-256', '']) expect(toPssKey(key, hash)).toBeUndefined();
});
