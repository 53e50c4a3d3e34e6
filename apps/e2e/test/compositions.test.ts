import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { anyOf, cached, getPrincipal } from '@grpc-authn/core';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { byIssuer } from '@grpc-authn/jwt';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { CALL_KINDS, type EchoCall } from '../support/echo-server.ts';
import { hs256, ISSUER, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

const audience = 'orders';
const authenticatorOf = (call: EchoCall): string => getPrincipal(call).authenticator;
let provider: TestIssuer;

before(async () => {
  provider = await startTestIssuer();
});
after(() => provider.close());

function introspection() {
  return createIntrospectionAuthenticator({
    endpoint: provider.introspectionEndpoint,
    audience,
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_post', secret: 'secret' },
  });
}

const oidc = () => createOidcAuthenticator({ issuer: provider.issuer, audience });

const COMPOSITIONS = [
  ['anyOf', () => anyOf(cached(oidc()), hs256(), introspection())],
  [
    'byIssuer',
    () => byIssuer({ [provider.issuer]: oidc(), [ISSUER]: hs256() }, { opaque: introspection() }),
  ],
] as const;

for (const [name, compose] of COMPOSITIONS) {
  describe(`${name} on a real channel`, () => {
    it('verifies each token with the authenticator of its issuer, on all kinds of call', async () => {
      const authenticator = compose();
      const tokens = {
        oidc: await provider.sign({ aud: audience }),
        hs256: await token(),
        introspection: provider.opaque({ aud: audience }),
      };
      await withEcho(
        { authenticator },
        async ({ client }) => {
          for (const [expected, sent] of Object.entries(tokens)) {
            for (const kind of CALL_KINDS) {
              const end = await client.call(kind, { authorization: `Bearer ${sent}` });
              assert.deepEqual([end.code, end.messages], [status.OK, [expected]]);
            }
          }
        },
        { answer: authenticatorOf },
      );
      await authenticator.close();
    });

    it('rejects tokens of unknown issuers, and tokens that no authenticator accepts', async () => {
      const authenticator = compose();
      await withEcho({ authenticator }, async ({ server, client }) => {
        for (const sent of [
          await token({ iss: 'https://else.example' }),
          await provider.sign({ aud: 'billing' }),
          await token({ iss: provider.issuer }),
          'made-up',
        ]) {
          for (const kind of CALL_KINDS) {
            const end = await client.call(kind, { authorization: `Bearer ${sent}` });
            assert.equal(end.code, status.UNAUTHENTICATED);
          }
        }
        assert.equal(server.seen.handlers, 0);
      });
      await authenticator.close();
    });
  });
}
