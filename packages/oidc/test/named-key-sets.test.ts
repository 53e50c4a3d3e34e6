import {
  type Discovery,
  GuardedFetch,
  type ProviderError,
  readHttpOptions,
} from '@grpc-authn/provider';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DiscoveredKeysLoader } from '../src/discovered-keys-loader.ts';
import { type Provider, startProvider } from './support/provider.ts';
import { createSigner } from './support/signer.ts';

const key = createSigner('key');

/** Loads keys from loopback, as if this issuer's metadata named them: no issuer is asked. */
function loadFrom(provider: Provider, issuer: string): Promise<{ keys: readonly unknown[] }> {
  const fetch = new GuardedFetch(readHttpOptions());
  onTestFinished(() => fetch.close());
  const discovery = {
    origin: new URL(issuer),
    discover: async () => new URL('/jwks', provider.origin),
  };
  const named = discovery as unknown as Discovery;
  const loader = new DiscoveredKeysLoader({
    discovery: named,
    jwksUri: undefined,
    fetch,
    clock: createFakeClock(),
    staleIfErrorMs: 0,
    onStaleMetadata: () => undefined,
  });
  return loader.load('refresh');
}

describe('a key set that metadata names', () => {
  it('is not asked for on loopback where the issuer is public', async () => {
    const provider = await startProvider();
    provider.at('/jwks', { keys: [key.jwk] });
    const refused = { problem: 'address' } satisfies Partial<ProviderError>;
    await expect(loadFrom(provider, 'https://8.8.8.8')).rejects.toMatchObject(refused);
    expect(provider.requests).toHaveLength(0);
    expect(await provider.connections()).toBe(0);
  });

  it.each(['http://127.0.0.1:8080', 'https://10.0.0.1'])(
    'may be where the issuer is: %s',
    async (issuer) => {
      const provider = await startProvider();
      provider.at('/jwks', { keys: [key.jwk] });
      expect(await loadFrom(provider, issuer)).toMatchObject({ keys: [{ kid: 'key' }] });
    },
  );
});
