import { describe, expect, it, vi } from 'vitest';
import { OIDC_PATH, startProvider } from './support/provider.ts';
import { createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

vi.mock('openid-client', () => ({ default: {} }));

describe('without openid-client', () => {
  it('nothing can be discovered: it does the asking', async () => {
    const key = createSigner('key');
    const provider = await startProvider();
    const { origin } = provider;
    provider.at(OIDC_PATH, { issuer: origin, jwks_uri: `${origin}/jwks` });
    provider.at('/jwks', { keys: [key.jwk] });
    const { decide } = createSubject(origin);
    expect(await decide(key.token(origin))).toBe('unavailable/discovery');
    expect(provider.requests).toHaveLength(0);
  });
});
