import { describe, expect, it, vi } from 'vitest';
import { METADATA_PATH } from './support/provider-server.ts';
import { startSigningProvider } from './support/signed-answer.ts';
import { causeOf, createSubject } from './support/test-authenticator.ts';

// Nothing is asked of a real resolver: the name is the metadata service of a cloud.
vi.mock('node:dns', () => ({
  lookup(_name: string, _options: unknown, done: (error: null, found: unknown) => void): void {
    done(null, [{ address: '169.254.169.254', family: 4 }]);
  },
}));

describe('a URL of the metadata', () => {
  it('is not asked where its name turns out to be an address of no business', async () => {
    const provider = await startSigningProvider();
    provider.publish(METADATA_PATH, {
      issuer: provider.origin,
      introspection_endpoint: provider.endpoint,
      jwks_uri: 'https://keys.invalid/jwks',
    });
    const { refusal } = createSubject({ issuer: provider.origin }, { response: 'jwt' });
    const error = await refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toContain('names keys.invalid, which is an address of this network');
  });
});
