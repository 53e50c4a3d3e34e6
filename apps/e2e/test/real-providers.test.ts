import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  type AuthEvent,
  type AuthError,
  type Decision,
  type ManagedAuthenticator,
} from '@grpc-authn/core';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { startGlewlwyd, USER, SCOPE, whyNoGlewlwyd } from '../support/glewlwyd.ts';
import { type RealProvider, startOidcProvider } from '../support/real-provider.ts';
import { withEcho } from '../support/with-echo.ts';

/** Glewlwyd's tokens have the scopes as their audience. */
async function startGlewlwydProvider(): Promise<RealProvider> {
  const glewlwyd = await startGlewlwyd();
  const tokens = () => glewlwyd.tokens({ grant_type: 'password', ...USER, scope: SCOPE });
  return {
    ...glewlwyd,
    audience: SCOPE,
    accessToken: async () => (await tokens())['access_token'] ?? '',
    refreshToken: async () => (await tokens())['refresh_token'] ?? '',
  };
}

const PROVIDERS = [
  { name: 'oidc-provider', start: startOidcProvider, form: 'form', skip: false },
  { name: 'glewlwyd', start: startGlewlwydProvider, form: 'plain', skip: whyNoGlewlwyd() ?? false },
] as const;

describe('glewlwyd, asked by an assertion', { skip: whyNoGlewlwyd() ?? false }, () => {
  it('answers a client by client_secret_jwt, whose assertion is for the endpoint', async () => {
    const glewlwyd = await startGlewlwyd();
    try {
      const authenticator = createIntrospectionAuthenticator({
        issuer: glewlwyd.issuer,
        clientId: glewlwyd.clientId,
        clientAuthentication: {
          method: 'client_secret_jwt',
          secret: glewlwyd.secret,
          assertionAudience: 'endpoint',
        },
        audience: SCOPE,
      });
      const tokens = await glewlwyd.tokens({ grant_type: 'password', ...USER, scope: SCOPE });
      const authorization = `Bearer ${tokens['access_token'] ?? ''}`;
      await withEcho({ authenticator }, async ({ client }) => {
        assert.equal((await client.call('unary', { authorization })).code, status.OK);
      });
      await authenticator.close();
    } finally {
      await glewlwyd.stop();
    }
  });
});

for (const { name, start, form, skip } of PROVIDERS) {
  describe(`tokens of ${name}`, { skip }, () => {
    let provider: RealProvider;
    const events: AuthEvent[] = [];
    before(async () => {
      provider = await start();
    });
    after(() => provider?.stop());

    const introspecting = (
      options: Partial<Parameters<typeof createIntrospectionAuthenticator>[0]> = {},
    ): ManagedAuthenticator<object> =>
      createIntrospectionAuthenticator({
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientAuthentication: { method: 'client_secret_basic', secret: provider.secret },
        audience: provider.audience,
        report: (event) => events.push(event),
        ...options,
      });

    /** 'accepted', or the code and reason of the refusal, with the claim at fault. */
    async function decide(
      authenticator: ManagedAuthenticator<object>,
      token: string,
    ): Promise<string> {
      let error: AuthError | undefined;
      const onDecision = (decision: Decision): void => void (error = decision.error);
      let code: number | undefined;
      await withEcho({ authenticator, onDecision }, async ({ client }) => {
        ({ code } = await client.call('unary', { authorization: `Bearer ${token}` }));
      });
      await authenticator.close();
      if (code === status.OK) return 'accepted';
      return [error?.code, error?.reason, error?.claim]
        .filter((part) => part !== undefined)
        .join('/');
    }

    it('are introspected, whatever form of client_secret_basic it decodes', async () => {
      events.length = 0;
      assert.equal(await decide(introspecting(), await provider.accessToken('opaque')), 'accepted');
      const plain = events.filter(({ type }) => type === 'client_secret_plain');
      assert.equal(plain.length, form === 'plain' ? 1 : 0);
    });

    it('are refused where the secret is wrong, and the report names both forms', async () => {
      events.length = 0;
      const authenticator = introspecting({
        clientAuthentication: { method: 'client_secret_basic', secret: 'svc-wrong' },
      });
      const token = await provider.accessToken('opaque');
      assert.equal(await decide(authenticator, token), 'unavailable/introspection');
      const event = events.find(({ type }) => type === 'introspection_credentials_rejected');
      assert.match(
        String(event?.error),
        /neither percent-encoded \(form\) nor as they are \(plain\)/,
      );
    });

    it('are accepted while they are fresh, though its clock is a second and a half ahead', async () => {
      const late = {
        nowMs: () => Date.now() - 1500,
        setTimer(ms: number, fire: () => void) {
          const timer = setTimeout(fire, ms);
          return () => clearTimeout(timer);
        },
      };
      const opaque = await provider.accessToken('opaque');
      assert.equal(await decide(introspecting({ clock: late }), opaque), 'accepted');
      const { issuer, audience } = provider;
      const oidc = createOidcAuthenticator({ issuer, audience, clock: late });
      assert.equal(await decide(oidc, await provider.accessToken('jwt')), 'accepted');
      const strict = introspecting({ clock: late, clockToleranceSeconds: 0 });
      const refused = await decide(strict, await provider.accessToken('opaque'));
      assert.match(refused, /^invalid_token\/not_yet_valid/);
    });

    it('are refused as refresh tokens', async () => {
      const refresh = await provider.refreshToken();
      const audience = [provider.audience, provider.clientId] as const;
      assert.match(await decide(introspecting({ audience }), refresh), /^invalid_token\//);
      const tokenTypes = ['bearer', null, 'refresh_token'];
      const anyType = introspecting({ audience, tokenTypes });
      assert.match(await decide(anyType, refresh), /^invalid_token\//);
    });

    it('are verified as JWTs by discovery', async () => {
      const { issuer, audience } = provider;
      const token = await provider.accessToken('jwt');
      assert.equal(await decide(createOidcAuthenticator({ issuer, audience }), token), 'accepted');
      const other = createOidcAuthenticator({ issuer, audience: 'another' });
      assert.equal(await decide(other, token), 'invalid_token/audience/aud');
    });
  });
}
