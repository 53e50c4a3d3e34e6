import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { getPrincipal } from '@grpc-authn/core';
import { CALL_KINDS } from '../support/echo-server.ts';
import { AUDIENCE, hs256, ISSUER, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

for (const kind of CALL_KINDS) {
  describe(`a ${kind} call`, () => {
    it('reaches the handler with the verified principal', async () => {
      await withEcho(
        { authenticator: hs256() },
        async ({ server, client }) => {
          const end = await client.call(kind, { authorization: `Bearer ${await token()}` });
          assert.equal(end.code, status.OK);
          assert.deepEqual(JSON.parse(end.messages[0] ?? ''), ['alice', ISSUER, [AUDIENCE]]);
          assert.equal(server.seen.handlers, 1);
        },
        {
          answer: (call) => {
            const { subject, issuer, audience } = getPrincipal(call);
            return JSON.stringify([subject, issuer, audience]);
          },
        },
      );
    });

    it('removes the token from the metadata that the handler sees', async () => {
      await withEcho(
        { authenticator: hs256() },
        async ({ client }) => {
          const end = await client.call(kind, { authorization: `Bearer ${await token()}` });
          assert.deepEqual(end.messages, ['[]']);
        },
        { answer: (call) => JSON.stringify(call.metadata.get('authorization')) },
      );
    });

    it('leaves the token in the metadata with forwardToken', async () => {
      const authorization = `Bearer ${await token()}`;
      await withEcho(
        { authenticator: hs256(), forwardToken: 'always' },
        async ({ client }) => {
          assert.deepEqual((await client.call(kind, { authorization })).messages, [authorization]);
        },
        { answer: (call) => String(call.metadata.get('authorization')[0]) },
      );
    });

    it('is rejected with one challenge and one status without a token', async () => {
      await withEcho({ authenticator: hs256() }, async ({ server, client }) => {
        const end = await client.call(kind);
        assert.equal(end.code, status.UNAUTHENTICATED);
        assert.equal(end.details, 'Authentication required: send a bearer token');
        assert.deepEqual(end.trailers.get('www-authenticate'), ['Bearer realm="grpc"']);
        assert.deepEqual(server.seen, { messages: 0, handlers: 0 });
      });
    });

    it('is recorded in the audit log once, with a principal only where it was verified', async () => {
      const decisions: unknown[] = [];
      const onDecision = (decision: { outcome: string; method: string; principal: unknown }) => {
        decisions.push([decision.outcome, decision.method, decision.principal !== undefined]);
      };
      await withEcho({ authenticator: hs256(), onDecision }, async ({ client }) => {
        await client.call(kind, { authorization: `Bearer ${await token()}` });
        await client.call(kind, { authorization: `Bearer ${await token({ aud: 'billing' })}` });
      });
      const method = `/echo.v1.Echo/${kind}`;
      assert.deepEqual(decisions, [
        ['allowed', method, true],
        ['refused', method, false],
      ]);
    });

    it('continues when the audit log throws', async () => {
      const onDecision = (): never => {
        throw new Error('the disk is full');
      };
      await withEcho({ authenticator: hs256(), onDecision }, async ({ client }) => {
        const good = await client.call(kind, { authorization: `Bearer ${await token()}` });
        assert.equal(good.code, status.OK);
        assert.equal((await client.call(kind)).code, status.UNAUTHENTICATED);
      });
    });
  });
}
