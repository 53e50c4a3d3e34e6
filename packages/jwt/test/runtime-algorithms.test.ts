import type * as NodeCrypto from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createJwtAuthenticator, importKeySet } from '../src/index.ts';

/** A build of Node.js whose OpenSSL lacks a hash and a curve, as a FIPS build may. */
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof NodeCrypto>();
  return {
    ...original,
    getHashes: () => original.getHashes().filter((name) => name !== 'sha384'),
    getCurves: () => original.getCurves().filter((name) => name !== 'secp521r1'),
  };
});

describe('an algorithm that the runtime lacks', () => {
  it.each(['RS384', 'PS384', 'ES512'] as const)('%s is a ConfigError', (algorithm) => {
    const keys = importKeySet({ keys: [] });
    const options = { name: 'test', keys, issuer: 'https://a', audience: 'b' };
    expect(() => createJwtAuthenticator({ ...options, algorithms: [algorithm] })).toThrow(
      new RegExp(`no ${algorithm}`),
    );
    expect(() => createJwtAuthenticator({ ...options, algorithms: ['RS256'] })).not.toThrow();
  });
});
