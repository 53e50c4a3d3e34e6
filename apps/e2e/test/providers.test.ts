import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { getPrincipal, type ManagedAuthenticator } from '@grpc-authn/core';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { CALL_KINDS } from '../support/echo-server.ts';
import { withEcho } from '../support/with-echo.ts';

const audience = 'orders';
let provider: TestIssuer;

before(async () => {
  provider = await startTestIssuer({ algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'] });
});
after(() => provider.close());

const ADAPTERS: readonly (readonly [string, () => ManagedAuthenticator])[] = [
  [
    'jwks',
    () =>
      createJwksAuthenticator({
        jwks: { url: provider.jwksUri },
        issuer: provider.issuer,
        audience,
      }),
  ],
  ['oidc', () => createOidcAuthenticator({ issuer: provider.issuer, audience })],
];

for (const [name, create] of ADAPTERS) {
  describe(`the ${name} adapter on a real channel`, () => {
    it('accepts good tokens of every default algorithm, on all kinds of call', async () => {
      const authenticator = create();
      await withEcho(
        { authenticator },
        async ({ client }) => {
          for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
            const authorization = `Bearer ${await provider.sign({ aud: audience }, { alg })}`;
            for (const kind of CALL_KINDS) {
              const end = await client.call(kind, { authorization });
              assert.deepEqual([end.code, end.messages], [status.OK, [name]]);
            }
          }
        },
        { answer: (call) => getPrincipal(call, authenticator).authenticator },
      );
      await authenticator.close();
    });

    it('fetches once for 200 first calls', async () => {
      const authenticator = create();
      const authorization = `Bearer ${await provider.sign({ aud: audience })}`;
      const fetched = provider.requests.jwks;
      await withEcho({ authenticator }, async ({ client }) => {
        const calls = Array.from({ length: 200 }, () => client.call('unary', { authorization }));
        for (const end of await Promise.all(calls)) assert.equal(end.code, status.OK);
      });
      assert.equal(provider.requests.jwks - fetched, 1);
      await authenticator.close();
    });

    it('answers UNAVAILABLE while the provider was never up, and never UNAUTHENTICATED', async () => {
      const authenticator = create();
      const authorization = `Bearer ${await provider.sign({ aud: audience })}`;
      provider.fail('down');
      await withEcho({ authenticator }, async ({ client }) => {
        for (const kind of CALL_KINDS) {
          const end = await client.call(kind, { authorization });
          assert.equal(end.code, status.UNAVAILABLE);
          assert.equal(end.trailers.get('grpc-status-details-bin').length, 1);
        }
      });
      provider.fail('none');
      await authenticator.close();
    });
  });
}
