import { describe, expect, it } from 'vitest';
import { OIDC_PATH, type Provider, sayHtml, startProvider } from './support/provider.ts';
import { createSigner } from './support/signer.ts';
import { secondsUntil } from '../../jwks/test/support/test-authenticator.ts';
import { createSubject, settle } from './support/test-authenticator.ts';

const [key, added] = [createSigner('key'), createSigner('added')];

async function startGood(): Promise<Provider> {
  const provider = await startProvider();
  provider.at(OIDC_PATH, { issuer: provider.origin, jwks_uri: `${provider.origin}/jwks` });
  provider.at('/jwks', { keys: [key.jwk] });
  return provider;
}

describe('metadata that changes', () => {
  it('is followed after the next refresh: a new jwks_uri', async () => {
    const provider = await startGood();
    const { origin } = provider;
    const { authenticator, clock, decide, reported } = createSubject(origin);
    await authenticator.ready();
    provider.at(OIDC_PATH, { issuer: origin, jwks_uri: `${origin}/moved` });
    provider.at('/moved', { keys: [added.jwk] });
    await clock.advance(540_000);
    await reported('keys_refreshed', 2);
    expect(await decide(added.token(origin))).toBe('accepted');
    expect(await decide(key.token(origin))).toBe('invalid_token/unknown_key');
    expect(provider.paths.slice(0, 4)).toEqual([OIDC_PATH, '/jwks', OIDC_PATH, '/moved']);
  });

  it('is followed by a look-up, too, once it is a minute old', async () => {
    const provider = await startGood();
    const { origin } = provider;
    const { authenticator, clock, decide } = createSubject(origin);
    await authenticator.ready();
    provider.at(OIDC_PATH, { issuer: origin, jwks_uri: `${origin}/moved` });
    provider.at('/moved', { keys: [added.jwk] });
    await clock.advance(59_999);
    expect(await decide(added.token(origin))).toBe('invalid_token/unknown_key');
    await clock.advance(1);
    expect(await decide(added.token(origin))).toBe('accepted');
  });

  it.each<readonly [string, (provider: Provider) => void]>([
    ['goes', (provider) => provider.at(OIDC_PATH, {}, 404)],
    ['fails', (provider) => provider.at(OIDC_PATH, {}, 500)],
    ['is HTML', (provider) => provider.at(OIDC_PATH, sayHtml('<html>'))],
    ["is another's", (provider) => provider.at(OIDC_PATH, { issuer: 'https://evil.example.com' })],
    [
      'names a forbidden address',
      (provider) => {
        const { origin: issuer } = provider;
        provider.at(OIDC_PATH, { issuer, jwks_uri: 'https://169.254.169.254/' });
      },
    ],
  ])('and %s costs nothing while the keys are where they were', async (_, change) => {
    const provider = await startGood();
    const { authenticator, clock, decide, reported } = createSubject(provider.origin);
    await authenticator.ready();
    change(provider);
    provider.at('/jwks', { keys: [key.jwk, added.jwk] });
    await clock.advance(540_000);
    await reported('keys_refreshed', 2);
    expect(await decide(added.token(provider.origin))).toBe('accepted');
  });
});

describe('a flood of unknown kids', () => {
  it('makes two fetches more of the keys, then one per second, and none of the metadata', async () => {
    const provider = await startGood();
    const subject = createSubject(provider.origin);
    const { authenticator, decide } = subject;
    await authenticator.ready();
    const flood = Array.from({ length: 1000 }, (_, index) =>
      decide(added.token(provider.origin, { kid: `unknown-${index}` })),
    );
    const seconds = await secondsUntil(flood, subject);
    expect(new Set(await Promise.all(flood))).toEqual(new Set(['invalid_token/unknown_key']));
    // Before the flood: the metadata and the keys.
    expect(provider.paths.length - 2).toBeLessThanOrEqual(2 + seconds);
    expect(provider.paths.filter((path) => path === OIDC_PATH)).toHaveLength(1);
  });

  it('does not keep a new key out: accepted within 2 s', async () => {
    const provider = await startGood();
    const { authenticator, decide, clock } = createSubject(provider.origin);
    await authenticator.ready();
    for (let look = 0; look < 2; look += 1) {
      const words = await decide(added.token(provider.origin));
      expect(words).toBe('invalid_token/unknown_key');
    }
    provider.at('/jwks', { keys: [key.jwk, added.jwk] });
    const answered = decide(added.token(provider.origin));
    await settle();
    await clock.advance(1000);
    expect(await answered).toBe('accepted');
  });
});
