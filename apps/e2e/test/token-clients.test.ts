import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status as Status } from '@grpc/grpc-js';
import { CALL_KINDS, type CallKind } from '../support/echo-server.ts';
import { token } from '../support/tokens.ts';
import { expired, withTokenClient } from '../support/with-token-client.ts';

const isRepeated = (kind: CallKind): boolean => kind === 'unary' || kind === 'serverStream';

for (const kind of CALL_KINDS) {
  describe(`a ${kind} call of a client with a token source`, () => {
    it('carries the token', async () => {
      await withTokenClient([() => token()], async ({ client, server, requests }) => {
        const { code, messages } = await client.call(kind);
        assert.deepEqual([code, messages.length > 0], [Status.OK, true]);
        assert.deepEqual([server.seen.handlers, requests()], [1, 1]);
      });
    });

    it('keeps an authorization of its own', async () => {
      await withTokenClient([() => token()], async ({ client, requests }) => {
        const { code } = await client.call(kind, { authorization: 'Bearer another' });
        assert.deepEqual([code, requests()], [Status.UNAUTHENTICATED, 0]);
      });
    });

    it('ends with UNAVAILABLE and the cause where no token can be had', async () => {
      const down = () => Promise.reject(new Error('POST https://id/token: answered 503'));
      await withTokenClient([down], async ({ client, arrived }) => {
        const { code, details } = await client.call(kind);
        assert.equal(code, Status.UNAVAILABLE);
        assert.equal(details, 'no access token: POST https://id/token: answered 503');
        assert.equal(arrived(), 0);
      });
    });

    it('ends at its deadline while the token is awaited', async () => {
      await withTokenClient([() => new Promise(() => undefined)], async ({ client, arrived }) => {
        const { code } = await client.call(kind, { deadlineMs: 50 });
        assert.deepEqual([code, arrived()], [Status.DEADLINE_EXCEEDED, 0]);
      });
    });

    it('can be cancelled while the token is awaited', async () => {
      await withTokenClient([() => new Promise(() => undefined)], async ({ client, arrived }) => {
        const { code } = await client.call(kind, { onStart: (cancel) => setImmediate(cancel) });
        assert.deepEqual([code, arrived()], [Status.CANCELLED, 0]);
      });
    });

    it(`is ${isRepeated(kind) ? '' : 'not '}sent once more where its token had expired`, async () => {
      await withTokenClient(
        [expired, () => token()],
        async ({ client, clock, server, source, requests, arrived }) => {
          await source.get();
          await clock.advance(10_000);
          const { code, messages } = await client.call(kind);
          assert.equal(code, isRepeated(kind) ? Status.OK : Status.UNAUTHENTICATED);
          assert.equal(messages.length > 0, isRepeated(kind));
          assert.deepEqual([server.seen.handlers, arrived()], isRepeated(kind) ? [1, 2] : [0, 1]);
          // Either way, the next call has a new token.
          assert.equal((await client.call(kind)).code, Status.OK);
          assert.equal(requests(), 2);
        },
      );
    });

    it('is never sent once more where the option says so', async () => {
      await withTokenClient(
        [expired, () => token()],
        async ({ client, clock, source, arrived }) => {
          await source.get();
          await clock.advance(10_000);
          assert.equal((await client.call(kind)).code, Status.UNAUTHENTICATED);
          assert.equal(arrived(), 1);
        },
        { send: { retryExpired: false } },
      );
    });

    it('is not sent once more with the same token', async () => {
      await withTokenClient([expired], async ({ client, source, arrived }) => {
        await source.get();
        const { code } = await client.call(kind);
        assert.deepEqual([code, arrived()], [Status.UNAUTHENTICATED, 1]);
      });
    });

    it('is sent once more at most, whatever the server says', async () => {
      let second = 0;
      const fresh = () => token({ exp: 1_000, n: (second += 1) });
      await withTokenClient([fresh], async ({ client, clock, requests, arrived }) => {
        for (let call = 0; call < 30; call += 1) {
          assert.equal((await client.call(kind)).code, Status.UNAUTHENTICATED);
          await clock.advance(1000);
        }
        assert.ok(requests() <= 4, `${requests()} requests for tokens in 30 s`);
        assert.ok(arrived() <= 30 + 3, `${arrived()} calls`);
      });
    });
  });
}
