import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Interceptor, Metadata, status as Status } from '@grpc/grpc-js';
import { type AccessToken, createTokenSource, type TokenSource } from '@grpc-authn/client';
import { createTokenInterceptor, type SendOptions } from '@grpc-authn/client/grpc-js';
import { createAuthInterceptor } from '@grpc-authn/core';
import { createFakeClock, type FakeClock } from '@grpc-authn/testing';
import { EchoClient } from '../support/echo-client.ts';
import {
  CALL_KINDS,
  type CallKind,
  type EchoServer,
  startEchoServer,
} from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';

/** The token in it is refused with TOKEN_EXPIRED. */
const expired = (): Promise<string> => token({ exp: 1_000 });

interface Setting {
  readonly client: EchoClient;
  readonly server: EchoServer;
  readonly source: TokenSource;
  readonly clock: FakeClock;
  readonly requests: () => number;
  /** The calls that reached the server. */
  readonly arrived: () => number;
}

/** A protected server, and a client whose tokens are requested in turn; the last one is repeated. */
async function withClient(
  request: readonly (() => Promise<string>)[],
  body: (setting: Setting) => Promise<void>,
  more: {
    readonly send?: SendOptions;
    readonly inner?: readonly Interceptor[];
    readonly target?: string;
  } = {},
): Promise<void> {
  let arrived = 0;
  const server = await startEchoServer({
    interceptors: [
      createAuthInterceptor({ authenticator: hs256(), onDecision: () => (arrived += 1) }),
    ],
  });
  const clock = createFakeClock();
  let requests = 0;
  const source = createTokenSource(
    async (): Promise<AccessToken> => {
      requests += 1;
      const next = request[Math.min(requests, request.length) - 1];
      return { token: (await next?.()) ?? '' };
    },
    { clock },
  );
  const interceptors = [createTokenInterceptor(source, more.send), ...(more.inner ?? [])];
  const client = new EchoClient(more.target ?? server.address, undefined, { interceptors });
  try {
    await body({ client, server, source, clock, requests: () => requests, arrived: () => arrived });
  } finally {
    client.close();
    server.stop();
    await source.close();
  }
}

const isRepeated = (kind: CallKind): boolean => kind === 'unary' || kind === 'serverStream';

for (const kind of CALL_KINDS) {
  describe(`a ${kind} call of a client with a token source`, () => {
    it('carries the token', async () => {
      await withClient([() => token()], async ({ client, server, requests }) => {
        const { code, messages } = await client.call(kind);
        assert.deepEqual([code, messages.length > 0], [Status.OK, true]);
        assert.deepEqual([server.seen.handlers, requests()], [1, 1]);
      });
    });

    it('keeps an authorization of its own', async () => {
      await withClient([() => token()], async ({ client, requests }) => {
        const { code } = await client.call(kind, { authorization: 'Bearer another' });
        assert.deepEqual([code, requests()], [Status.UNAUTHENTICATED, 0]);
      });
    });

    it('ends with UNAVAILABLE and the cause where no token can be had', async () => {
      const down = () => Promise.reject(new Error('POST https://id/token: answered 503'));
      await withClient([down], async ({ client, arrived }) => {
        const { code, details } = await client.call(kind);
        assert.equal(code, Status.UNAVAILABLE);
        assert.equal(details, 'no access token: POST https://id/token: answered 503');
        assert.equal(arrived(), 0);
      });
    });

    it('ends at its deadline while the token is awaited', async () => {
      await withClient([() => new Promise(() => undefined)], async ({ client, arrived }) => {
        const { code } = await client.call(kind, { deadlineMs: 50 });
        assert.deepEqual([code, arrived()], [Status.DEADLINE_EXCEEDED, 0]);
      });
    });

    it('can be cancelled while the token is awaited', async () => {
      await withClient([() => new Promise(() => undefined)], async ({ client, arrived }) => {
        const { code } = await client.call(kind, { onStart: (cancel) => setImmediate(cancel) });
        assert.deepEqual([code, arrived()], [Status.CANCELLED, 0]);
      });
    });

    it(`is ${isRepeated(kind) ? '' : 'not '}sent once more where its token had expired`, async () => {
      await withClient(
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
      await withClient(
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
      await withClient([expired], async ({ client, source, arrived }) => {
        await source.get();
        const { code } = await client.call(kind);
        assert.deepEqual([code, arrived()], [Status.UNAUTHENTICATED, 1]);
      });
    });

    it('is sent once more at most, whatever the server says', async () => {
      let second = 0;
      const fresh = () => token({ exp: 1_000, n: (second += 1) });
      await withClient([fresh], async ({ client, clock, requests, arrived }) => {
        for (let call = 0; call < 30; call += 1) {
          assert.equal((await client.call(kind)).code, Status.UNAUTHENTICATED);
          await clock.advance(1000);
        }
        assert.ok(requests() <= 4, `${requests()} requests for tokens in 30 s`);
        assert.ok(arrived() <= 30 + 3, `${arrived()} calls`);
      });
    });

    it('is not sent in plaintext to another host', async () => {
      await withClient(
        [() => token()],
        async ({ client, requests }) => {
          const { code, details } = await client.call(kind);
          assert.equal(code, Status.UNAUTHENTICATED);
          assert.match(
            details,
            /dns:orders\.invalid:1 is plaintext.*channel: 'dangerously_plaintext'/,
          );
          assert.equal(requests(), 0);
        },
        { target: 'orders.invalid:1' },
      );
    });

    it('is sent in plaintext where this is written out', async () => {
      await withClient(
        [() => token()],
        async ({ client, requests }) => {
          const { code } = await client.call(kind, { deadlineMs: 2000 });
          assert.notEqual(code, Status.UNAUTHENTICATED);
          assert.equal(requests(), 1);
        },
        { target: 'orders.invalid:1', send: { channel: 'dangerously_plaintext' } },
      );
    });
  });
}

describe('ten thousand calls', () => {
  it('that come when the token has expired cost one request for a token', async () => {
    await withClient([() => token()], async ({ client, clock, requests }) => {
      await client.call('unary');
      await clock.advance(301_000);
      const kinds = Array.from({ length: 10_000 }, (_, call) => CALL_KINDS[call % 4] ?? 'unary');
      for (let first = 0; first < kinds.length; first += 1000) {
        const ended = await Promise.all(
          kinds.slice(first, first + 1000).map((kind) => client.call(kind)),
        );
        assert.deepEqual(new Set(ended.map(({ code }) => code)), new Set([Status.OK]));
      }
      assert.equal(requests(), 2);
    });
  });
});

it('plaintext is seen below other interceptors, too', async () => {
  const { InterceptingCall } = await import('@grpc/grpc-js');
  const passes: Interceptor = (options, nextCall) => new InterceptingCall(nextCall(options));
  await withClient(
    [() => token()],
    async ({ client, requests }) => {
      assert.equal(
        (await client.call('unary', { metadata: new Metadata() })).code,
        Status.UNAUTHENTICATED,
      );
      assert.equal(requests(), 0);
    },
    { target: 'orders.invalid:1', inner: [passes, passes] },
  );
});
