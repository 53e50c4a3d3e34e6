import { describe, expect, it, vi } from 'vitest';
import { startKeyServer } from './support/key-server.ts';
import { createSigner } from './support/signer.ts';
import { createSubject } from './support/test-authenticator.ts';

// The import of the package in createSubject shows that it is not imported before it is needed.
vi.mock('jwks-rsa', () => {
  throw new Error('not installed');
});

describe('without jwks-rsa', () => {
  it('keys of a URL are unavailable, and the cause names the package', async () => {
    const key = createSigner('key');
    const server = await startKeyServer([key]);
    const { verdict, authenticator } = createSubject({ url: server.url });
    const outage = {
      code: 'unavailable',
      reason: 'jwks',
      cause: { problem: 'package', message: expect.stringContaining('package jwks-rsa:') },
    };
    expect(await verdict(key.token())).toMatchObject(outage);
    await expect(authenticator.ready()).rejects.toMatchObject(outage);
    expect(server.requests).toHaveLength(0);
  });

  it('given keys are used', async () => {
    const key = createSigner('key');
    const { decide } = createSubject({ keys: [key.jwk] });
    expect(await decide(key.token())).toBe('accepted');
  });
});
