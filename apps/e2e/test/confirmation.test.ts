import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import {
  AuthError,
  type Authenticator,
  authenticated,
  cached,
  confirmedBy,
  createPrincipal,
  definePolicy,
  requireAll,
  requireScopes,
} from '@grpc-authn/core';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { startTestIssuer } from '@grpc-authn/testing';
import { readAuthFailure } from '@grpc-authn/core/client';
import { Accounts, bearer } from '../support/accounts.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { withEcho } from '../support/with-echo.ts';

for (const kind of CALL_KINDS) {
  describe(`a ${kind} method that needs confirmation`, () => {
    it('gets it on every call: a principal that another method cached is not enough', async () => {
      const first = new Accounts({ alice: { scopes: ['money'] } });
      const second = new Accounts({ alice: {} }, { late: true, name: 'second' });
      const list = CALL_KINDS.find((each) => each !== kind)!;
      const policy = definePolicy({
        rules: {
          [`echo.v1.Echo/${list}`]: authenticated(),
          [`echo.v1.Echo/${kind}`]: requireAll(requireScopes('money'), confirmedBy(second)),
        },
      });
      await withEcho({ authenticator: cached(first), policy }, async ({ server, client }) => {
        const authorization = bearer('alice');
        assert.equal((await client.call(list, { authorization })).code, status.OK);
        assert.deepEqual([first.asked, second.asked], [1, 0]);
        assert.equal((await client.call(kind, { authorization })).code, status.OK);
        assert.deepEqual([first.asked, second.asked], [1, 1]);
        // The provider revokes; the cache has not been notified.
        second.forget('alice');
        const handled = server.seen.handlers;
        const end = await client.call(kind, { authorization });
        assert.equal(end.code, status.PERMISSION_DENIED);
        const failure = readAuthFailure({ code: end.code, metadata: end.trailers });
        assert.equal(failure?.reason, 'PERMISSION_DENIED');
        assert.equal(server.seen.handlers, handled);
        assert.equal((await client.call(list, { authorization })).code, status.OK);
        assert.deepEqual([first.asked, second.asked], [1, 2]);
      });
    });

    it('is an outage while the provider is down, never a rejection', async () => {
      const down: Authenticator<object> = {
        name: 'down',
        authenticate: async () =>
          new AuthError('unavailable', 'introspection', { retryAfterMs: 7000 }),
      };
      const policy = definePolicy({ rules: { [`echo.v1.Echo/${kind}`]: confirmedBy(down) } });
      await withEcho({ authenticator: new Accounts(), policy }, async ({ server, client }) => {
        const end = await client.call(kind, { authorization: bearer('alice') });
        assert.equal(end.code, status.UNAVAILABLE);
        const failure = readAuthFailure({ code: end.code, metadata: end.trailers });
        assert.deepEqual([failure?.reason, failure?.retryAfterMs], ['AUTH_UNAVAILABLE', 7000]);
        assert.equal(server.seen.handlers, 0);
      });
    });
  });
}

describe('the confirmation of a signed token', () => {
  it('must agree on subject, issuer and client', async () => {
    const provider = await startTestIssuer({ algorithms: ['ES256'] });
    const jwks = createJwksAuthenticator({
      jwks: { url: provider.jwksUri },
      issuer: provider.issuer,
      audience: 'orders',
    });
    const alice = { subject: 'alice', issuer: provider.issuer, clientId: 'web' };
    let opinion: Partial<typeof alice> = alice;
    const second: Authenticator<object> = {
      name: 'second',
      authenticate: async () => createPrincipal({ authenticator: 'second', ...opinion }),
    };
    const policy = definePolicy({ rules: { 'echo.v1.Echo/unary': confirmedBy(second) } });
    const jwt = await provider.sign({ aud: 'orders', sub: 'alice', client_id: 'web' });
    await withEcho({ authenticator: cached(jwks), policy }, async ({ client }) => {
      const ask = async (about: Partial<typeof alice>): Promise<number> => {
        opinion = about;
        return (await client.call('unary', { authorization: bearer(jwt) })).code;
      };
      assert.equal(await ask(alice), status.OK);
      assert.equal(await ask({ ...alice, subject: 'mallory' }), status.PERMISSION_DENIED);
      assert.equal(await ask({ ...alice, issuer: 'https://b' }), status.PERMISSION_DENIED);
      assert.equal(await ask({ ...alice, clientId: 'mobile' }), status.PERMISSION_DENIED);
      assert.equal(await ask({ clientId: 'web' }), status.PERMISSION_DENIED);
      assert.equal(await ask(alice), status.OK);
    });
    await jwks.close();
    await provider.close();
  });
});
