import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Client,
  credentials,
  type InterceptorOptions,
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  status as Status,
  type StatusObject,
} from '@grpc/grpc-js';
import { createTokenSource } from '@grpc-authn/client';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';
import { AuthError, describeRefusal } from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { createFakeClock } from '@grpc-authn/testing';
import { Accounts, bearer, eventually } from '../support/accounts.ts';
import { type CallOptions, EchoClient } from '../support/echo-client.ts';
import { type EchoCall, startEchoServer } from '../support/echo-server.ts';
import { withHandler } from '../support/handler-server.ts';
import { token } from '../support/tokens.ts';
import { expired, withTokenClient } from '../support/with-token-client.ts';

const toBytes = (text: string): Buffer => Buffer.from(text);
const toText = (bytes: Buffer): string => bytes.toString();

/** A server whose handler sees each message and its metadata; a client whose token arrives on request. */
async function withLateToken(
  body: (late: {
    readonly client: Client;
    readonly arrive: () => void;
    readonly seen: { readonly message: string; readonly metadata: Metadata }[];
  }) => Promise<void>,
): Promise<void> {
  const seen: { message: string; metadata: Metadata }[] = [];
  const answer = (received: EchoCall): string => {
    const { request, metadata } = received as ServerUnaryCall<string, string>;
    seen.push({ message: request, metadata: metadata.clone() });
    return 'done';
  };
  const server = await startEchoServer({ interceptors: [], answer });
  let arrive: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => (arrive = resolve));
  const source = createTokenSource(async () => {
    await arrival;
    return { token: 'late' };
  });
  const client = new Client(server.address, credentials.createInsecure(), {
    interceptors: [createTokenInterceptor(source)],
  });
  try {
    await body({ client, arrive, seen });
  } finally {
    client.close();
    server.stop();
    await source.close();
  }
}

function call(
  client: Client,
  {
    message = { text: 'hello' },
    metadata = new Metadata(),
    ...options
  }: {
    readonly message?: { text: string };
    readonly metadata?: Metadata;
  } & Partial<InterceptorOptions> = {},
): Promise<StatusObject> {
  return new Promise((resolve) => {
    client
      .makeUnaryRequest(
        '/echo.v1.Echo/unary',
        ({ text }: { text: string }) => toBytes(text),
        toText,
        message,
        metadata,
        options,
        () => undefined,
      )
      .on('status', resolve);
  });
}

/** What the handler returns of a call that it never answers: the caller ends it. */
async function inHandler(
  handle: (received: ServerUnaryCall<string, string>) => Promise<string>,
  options: CallOptions,
): Promise<string> {
  let handled: Promise<string> = Promise.resolve('not called');
  await withHandler(
    { authenticator: new Accounts() },
    {
      handle: (_, received) => {
        handled = handle(received as unknown as ServerUnaryCall<string, string>);
      },
    },
    async ({ client }) => {
      await client.call('unary', { authorization: bearer('alice'), ...options });
    },
  );
  return handled;
}

describe('a call that waits for its token', () => {
  it('is sent as it was when it was made, whatever becomes of its metadata and its message', async () => {
    await withLateToken(async ({ client, arrive, seen }) => {
      const metadata = new Metadata();
      metadata.set('x-tenant', 'a');
      const message = { text: 'first' };
      const first = call(client, { metadata, message });
      metadata.set('x-tenant', 'b');
      message.text = 'second';
      const second = call(client, { metadata, message });
      arrive();
      assert.deepEqual([(await first).code, (await second).code], [Status.OK, Status.OK]);
      assert.deepEqual(
        new Map(seen.map((one) => [one.message, one.metadata.get('x-tenant')])),
        new Map([
          ['first', ['a']],
          ['second', ['b']],
        ]),
      );
    });
  });

  it('ends when its client is closed', async () => {
    await withLateToken(async ({ client, arrive }) => {
      const calls = call(client);
      await new Promise(setImmediate);
      client.close();
      arrive();
      assert.notEqual((await calls).code, Status.OK);
    });
  });

  it("carries the token of its own call credentials, where these have an 'authorization'", async () => {
    await withLateToken(async ({ client, arrive, seen }) => {
      const own = credentials.createFromMetadataGenerator((_, callback) => {
        const metadata = new Metadata();
        metadata.set('authorization', 'Bearer own');
        callback(null, metadata);
      });
      arrive();
      assert.equal((await call(client, { credentials: own })).code, Status.OK);
      assert.deepEqual(seen[0]?.metadata.get('authorization'), ['Bearer own']);
    });
  });

  it('carries its token and what its own call credentials add, whose metadata stays as it is', async () => {
    await withLateToken(async ({ client, arrive, seen }) => {
      const shared = new Metadata();
      shared.set('x-signature', 'own');
      const own = credentials.createFromMetadataGenerator((_, callback) => callback(null, shared));
      arrive();
      assert.equal((await call(client, { credentials: own })).code, Status.OK);
      assert.deepEqual(seen[0]?.metadata.get('authorization'), ['Bearer late']);
      assert.deepEqual(seen[0]?.metadata.get('x-signature'), ['own']);
      assert.deepEqual(shared.get('authorization'), []);
    });
  });
});

describe('a call of a handler that waits for its token', () => {
  it("ends when the handler's call is cancelled", async () => {
    await withLateToken(async ({ client }) => {
      let cancel: () => void = () => undefined;
      const handled = inHandler(
        async (parent) => {
          const ended = call(client, { parent });
          setImmediate(cancel);
          return Status[(await ended).code] ?? '';
        },
        { onStart: (cancels) => (cancel = cancels) },
      );
      assert.equal(await handled, 'CANCELLED');
    });
  });

  it("ends at the deadline of the handler's call", async () => {
    await withLateToken(async ({ client }) => {
      const handled = inHandler(
        async (parent) => Status[(await call(client, { parent })).code] ?? '',
        { deadlineMs: 200 },
      );
      // The caller's own timer may be the first.
      assert.match(await handled, /^(DEADLINE_EXCEEDED|CANCELLED)$/);
    });
  });
});

describe('a call that is to be sent once more', () => {
  it('ends with its refusal when its client is closed meanwhile', async () => {
    let renew: (value: string) => void = () => undefined;
    const renewed = new Promise<string>((resolve) => (renew = resolve));
    let renewals = 0;
    const late = (): Promise<string> => {
      renewals += 1;
      return renewed;
    };
    await withTokenClient([expired, late], async ({ client, source, clock, arrived }) => {
      await source.get();
      await clock.advance(10_000);
      const refused = client.call('unary');
      await eventually(() => renewals === 1, 'the token is renewed');
      client.close();
      renew(await token());
      const { code } = await refused;
      assert.notEqual(code, Status.OK);
      assert.equal(arrived(), 1);
    });
  });

  const never = (): Promise<string> => new Promise(() => undefined);

  it('ends at its deadline while the new token is awaited', async () => {
    await withTokenClient([expired, never], async ({ client, source, clock, arrived }) => {
      await source.get();
      await clock.advance(10_000);
      const { code } = await client.call('unary', { deadlineMs: 200 });
      assert.deepEqual([code, arrived()], [Status.DEADLINE_EXCEEDED, 1]);
    });
  });

  it('ends when it is cancelled while the new token is awaited', async () => {
    await withTokenClient([expired, never], async ({ client, source, clock, arrived }) => {
      await source.get();
      await clock.advance(10_000);
      const onStart = (cancel: () => void): void => void setTimeout(cancel, 200);
      const { code } = await client.call('serverStream', { onStart });
      assert.deepEqual([code, arrived()], [Status.CANCELLED, 1]);
    });
  });
});

describe('a call whose response has begun', () => {
  for (const kind of ['unary', 'serverStream'] as const) {
    it(`is not sent once more, whatever its end says: ${kind}`, async () => {
      let calls = 0;
      const passes: ServerInterceptor = (_, inner) => new ServerInterceptingCall(inner);
      await withHandler(
        passes,
        {
          handle: (_, received, respond) => {
            calls += 1;
            (received as unknown as ServerUnaryCall<string, string>).sendMetadata(new Metadata());
            const refusal = describeRefusal(
              new AuthError('invalid_token', 'expired', { tokenExpired: true }),
              { stage: 'admission' },
            );
            const metadata = new Metadata();
            metadata.set('grpc-status-details-bin', Buffer.from(refusal.details));
            const error = Object.assign(new Error('no'), { code: refusal.statusCode, metadata });
            if (kind === 'unary') (respond as unknown as (thrown: Error) => void)(error);
            else received.emit('error', error);
          },
        },
        async ({ address }) => {
          const clock = createFakeClock();
          let requests = 0;
          const source = createTokenSource(async () => ({ token: `t${(requests += 1)}` }), {
            clock,
          });
          await source.get();
          await clock.advance(10_000);
          const client = new EchoClient(address, undefined, {
            interceptors: [createTokenInterceptor(source)],
          });
          const { code, trailers } = await client.call(kind);
          client.close();
          const stage = readAuthFailure({ code, metadata: trailers })?.stage;
          assert.deepEqual([code, stage, calls], [Status.UNAUTHENTICATED, 'admission', 1]);
        },
      );
    });
  }
});
