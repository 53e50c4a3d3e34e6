import { describe, expect, it } from 'vitest';
import { OIDC_PATH, startProvider } from './support/provider.ts';
import { createSigner } from './support/signer.ts';
import { createSubject, eventually, settle } from './support/test-authenticator.ts';

const key = createSigner('key');

describe('close()', () => {
  it('leaves no timer and no socket, and calls are unavailable from then on', async () => {
    const provider = await startProvider();
    const { origin } = provider;
    provider.at(OIDC_PATH, { issuer: origin, jwks_uri: `${origin}/jwks` });
    provider.at('/jwks', { keys: [key.jwk] });
    const { authenticator, decide, timers, clock } = createSubject(origin);
    expect(await decide(key.token(origin))).toBe('accepted');
    expect(timers()).toBe(1);
    expect(await provider.connections()).toBeGreaterThan(0);
    await authenticator.close();
    expect(timers()).toBe(0);
    await eventually(async () => (await provider.connections()) === 0);
    await clock.advance(86_400_000);
    await settle();
    expect(await decide(key.token(provider.origin, {}))).toMatch(
      /^(unavailable|invalid_token\/exp)/,
    );
    expect(provider.requests).toHaveLength(2);
  });

  it('ends a discovery that is in progress, and the calls that wait for it', async () => {
    const provider = await startProvider();
    provider.at(OIDC_PATH, () => undefined);
    const { authenticator, decide, timers } = createSubject(provider.origin);
    const waiting = decide(key.token(provider.origin));
    await eventually(() => provider.requests.length === 1);
    await authenticator.close();
    expect(await waiting).toMatch(/^unavailable\//);
    expect(timers()).toBe(0);
    await eventually(async () => (await provider.connections()) === 0);
  });
});
