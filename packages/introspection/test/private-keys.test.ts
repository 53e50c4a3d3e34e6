import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '@grpc-authn/testing';
import { startProvider } from './support/provider-server.ts';
import { CLIENT_ID, createSubject } from './support/test-authenticator.ts';

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
const NOW_MS = Date.UTC(2026, 0);
const ec = (namedCurve: string): Pair => generateKeyPairSync('ec', { namedCurve });

const KEYS: readonly (readonly [string, Pair, readonly string[], string | null])[] = [
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }), ['RS256'], 'sha256'],
  ['P-256', ec('P-256'), ['ES256'], 'sha256'],
  ['P-384', ec('P-384'), ['ES384'], 'sha384'],
  ['P-521', ec('P-521'), ['ES512'], 'sha512'],
  // RFC 9864 gives EdDSA with this curve the curve's name.
  ['Ed25519', generateKeyPairSync('ed25519'), ['EdDSA', 'Ed25519'], null],
];

describe.each(KEYS)('private_key_jwt with a key of type %s', (_, pair, algorithms, hash) => {
  async function assertionOf(more: { kid?: string; assertionAudience?: 'endpoint' } = {}) {
    const provider = await startProvider();
    const clock = createFakeClock(NOW_MS);
    const { decide } = createSubject(
      { issuer: provider.origin },
      {
        clientAuthentication: { method: 'private_key_jwt', key: pair.privateKey, ...more },
        clock,
      },
    );
    expect(await decide('token')).toBe('accepted');
    const [question] = provider.questions;
    expect(question?.headers.authorization).toBeUndefined();
    expect(question?.form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    const assertion = question?.form.get('client_assertion') ?? '';
    const [header = '', payload = '', signature = ''] = assertion.split('.');
    const decode = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    return {
      provider,
      header: decode(header),
      payload: decode(payload),
      isSigned: verify(
        hash,
        Buffer.from(`${header}.${payload}`),
        { key: pair.publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    };
  }

  it('sends an assertion that the key has signed, for the issuer, by the injected clock', async () => {
    const { provider, header, payload, isSigned } = await assertionOf();
    expect(isSigned).toBe(true);
    expect(algorithms).toContain(header['alg']);
    expect(header).not.toHaveProperty('kid');
    expect(payload).toMatchObject({ iss: CLIENT_ID, sub: CLIENT_ID });
    expect(payload['aud']).toBe(provider.origin);
    const nowSeconds = NOW_MS / 1000;
    expect(payload).toMatchObject({ iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 60 });
    expect(payload['jti']).toEqual(expect.any(String));
  });

  it('sends an assertion for the endpoint where assertionAudience says so', async () => {
    const { provider, payload, isSigned } = await assertionOf({ assertionAudience: 'endpoint' });
    expect(isSigned).toBe(true);
    expect(payload['aud']).toBe(provider.endpoint);
  });

  it('names the key where its kid is given', async () => {
    const { header, isSigned } = await assertionOf({ kid: '2026-01' });
    expect(header['kid']).toBe('2026-01');
    expect(isSigned).toBe(true);
  });
});

describe('a key that the runtime cannot use after all', () => {
  it('is a bug, and no outage of the provider', async () => {
    const provider = await startProvider();
    const failure = new Error('not in this build');
    const importKey = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(failure);
    const { privateKey } = generateKeyPairSync('ed25519');
    const clientAuthentication = { method: 'private_key_jwt', key: privateKey } as const;
    const { verdict } = createSubject(provider, { clientAuthentication });
    await expect(verdict('token')).rejects.toBe(failure);
    importKey.mockRestore();
    expect(provider.questions).toEqual([]);
  });
});

it('an RSA key of fewer than 2048 bits is a ConfigError that shows no more than its size', () => {
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  expect(() =>
    createSubject(
      { issuer: 'https://id.example.com' },
      { clientAuthentication: { method: 'private_key_jwt', key } },
    ),
  ).toThrow('expected 2048 bits or more (RFC 7518, section 3.3), received an RSA key of 1024 bits');
});
