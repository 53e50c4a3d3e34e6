import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CLIENT_ID, createSubject, SECRET, startTokenServer } from './support/token-server.ts';

const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe.each([
  { method: 'client_secret_jwt', secret: SECRET },
  { method: 'private_key_jwt', key },
] as const)('an assertion by $method', (clientAuthentication) => {
  async function claimsOf(assertionAudience?: 'issuer' | 'endpoint') {
    const provider = await startTokenServer();
    const { token, clock } = createSubject(provider, {
      clientAuthentication: {
        ...clientAuthentication,
        ...(assertionAudience === undefined ? undefined : { assertionAudience }),
      },
    });
    await clock.advance(86_400_000);
    const sentAtSeconds = Math.floor(clock.nowMs() / 1000);
    await token();
    const assertion = provider.questions[0]?.form.get('client_assertion') ?? '';
    const payload = Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString();
    return { provider, sentAtSeconds, claims: JSON.parse(payload) as Record<string, unknown> };
  }

  it('is for the issuer by default, and has the times of the injected clock', async () => {
    const { provider, sentAtSeconds, claims } = await claimsOf();
    expect(claims).toEqual({
      iss: CLIENT_ID,
      sub: CLIENT_ID,
      aud: provider.origin,
      iat: sentAtSeconds,
      nbf: sentAtSeconds,
      exp: sentAtSeconds + 60,
      jti: expect.any(String),
    });
  });

  it('is for the URL to which it is sent where assertionAudience says so', async () => {
    expect((await claimsOf('issuer')).claims['aud']).not.toMatch(/introspect/);
    const { provider, claims } = await claimsOf('endpoint');
    expect(claims['aud']).toBe(provider.endpoint);
  });

  it.each([
    [undefined, /has the issuer as its audience .* set clientAuthentication\.assertionAudience to/],
    ['endpoint', /has this URL as its audience; check clientId and clientAuthentication$/],
  ] as const)('that is rejected is described: %s', async (assertionAudience, message) => {
    const provider = await startTokenServer();
    provider.say({ error: 'invalid_client' }, 401);
    const { error } = createSubject(provider, {
      clientAuthentication: {
        ...clientAuthentication,
        ...(assertionAudience === undefined ? undefined : { assertionAudience }),
      },
    });
    expect((await error()).message).toMatch(message);
    expect(provider.questions).toHaveLength(1);
  });
});
