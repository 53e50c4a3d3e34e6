import { describe, expect, it, vi } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

vi.mock('jwks-rsa', () => ({ default: {} }));

describe('without jwks-rsa', () => {
  it('no key can be had from a URL: it does the fetching', async () => {
    const key = createSigner('key');
    const server = await startKeyServer([key]);
    const { decide, authenticator } = createSubject({ url: server.url });
    expect(await decide(key.token())).toBe('unavailable/jwks');
    await expect(authenticator.ready()).rejects.toMatchObject({ reason: 'jwks' });
    expect(server.requests).toHaveLength(0);
  });
});
