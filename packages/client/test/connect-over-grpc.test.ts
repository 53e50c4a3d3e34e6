import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import { type CallOptions, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { AuthError, createAuthInterceptor, createPrincipal } from '@grpc-authn/core';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createConnectTokenInterceptor } from '../src/connect.ts';
import { createTokenSource } from '../src/index.ts';
import { Echo, type Kind, KINDS } from './support/echo-service.ts';

const serialize = (value: string): Buffer =>
  Buffer.from(toBinary(StringValueSchema, create(StringValueSchema, { value })));
const deserialize = (bytes: Buffer): string => fromBinary(StringValueSchema, bytes).value;
const service: ServiceDefinition = Object.fromEntries(
  Echo.methods.map(({ name, localName, methodKind }) => [
    localName,
    {
      path: `/echo.v1.Echo/${name}`,
      requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
      responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
      requestSerialize: serialize,
      requestDeserialize: deserialize,
      responseSerialize: serialize,
      responseDeserialize: deserialize,
    },
  ]),
);

type AnyCall = ServerDuplexStream<string, string>;
type Respond = (error: null, value: string, trailers: Metadata) => void;

/** A guarded server of grpc-js; 't1' has expired there. Its clients have t1, t2 and so on. */
async function start({ request = async (number: number) => `t${number}` } = {}) {
  const seen = { decisions: 0, handlers: 0 };
  const answers = (kind: Kind) => (call: AnyCall, respond: Respond) => {
    seen.handlers += 1;
    const trailers = new Metadata();
    trailers.set('x-attempt', String(seen.decisions));
    if (kind === 'unary') return respond(null, 'done', trailers);
    if (kind === 'clientStream') {
      call.on('data', () => undefined);
      call.on('end', () => respond(null, 'done', trailers));
    } else {
      call.write('done');
      if (kind === 'bidi') call.on('data', () => undefined).on('end', () => call.end(trailers));
      else call.end(trailers);
    }
  };
  const server = new Server({
    interceptors: [
      createAuthInterceptor({
        authenticator: {
          name: 'accounts',
          authenticate: ({ token }) =>
            token === 't1'
              ? new AuthError('invalid_token', 'expired', { tokenExpired: true })
              : createPrincipal({ authenticator: 'accounts', subject: token }),
        },
        onDecision: () => (seen.decisions += 1),
      }),
    ],
  });
  const handlers = Object.fromEntries(KINDS.map((kind) => [kind, answers(kind)]));
  server.addService(service, handlers as unknown as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestFinished(() => server.forceShutdown());
  const clock = createFakeClock();
  let requests = 0;
  const source = createTokenSource(
    async () => {
      requests += 1;
      return { token: await request(requests) };
    },
    { clock },
  );
  const transport = createGrpcTransport({
    baseUrl: `http://127.0.0.1:${port}`,
    interceptors: [createConnectTokenInterceptor(source)],
  });
  const client = createClient(Echo, transport) as unknown as Record<
    Kind,
    (input: unknown, options: CallOptions) => unknown
  >;
  async function* one(): AsyncGenerator<object> {
    yield { value: 'a' };
  }
  /** 'done', or the code of the error. */
  const call = async (kind: Kind, options: CallOptions = {}): Promise<string> => {
    const isStream = kind === 'clientStream' || kind === 'bidi';
    try {
      const called = client[kind](isStream ? one() : { value: 'a' }, options);
      if (kind === 'unary' || kind === 'clientStream') {
        return ((await called) as { readonly value: string }).value;
      }
      let last = 'nothing';
      for await (const { value } of called as AsyncIterable<{ value: string }>) last = value;
      return last;
    } catch (error) {
      return Code[ConnectError.from(error).code];
    }
  };
  /** t1 is obtained, and may be renewed. */
  const age = async (): Promise<void> => {
    await source.get();
    await clock.advance(10_000);
  };
  return { call, seen, age, requests: () => requests };
}

describe.each(KINDS)("a %s call by Connect's gRPC transport", (kind) => {
  const isRepeated = kind === 'unary' || kind === 'serverStream';

  it(`is ${isRepeated ? '' : 'not '}sent once more where its token had expired`, async () => {
    const { call, seen, age } = await start();
    await age();
    expect(await call(kind)).toBe(isRepeated ? 'done' : 'Unauthenticated');
    expect(seen).toEqual(
      isRepeated ? { decisions: 2, handlers: 1 } : { decisions: 1, handlers: 0 },
    );
    // Either way, the next call has a new token.
    expect(await call(kind)).toBe('done');
  });

  it('ends at its deadline while the token is awaited', async () => {
    const { call, seen } = await start({ request: () => new Promise(() => undefined) });
    expect(await call(kind, { timeoutMs: 50 })).toBe('DeadlineExceeded');
    expect(seen.decisions).toBe(0);
  });

  it('can be cancelled while the token is awaited', async () => {
    const { call, seen } = await start({ request: () => new Promise(() => undefined) });
    const leaving = new AbortController();
    const called = call(kind, { signal: leaving.signal });
    setImmediate(() => leaving.abort());
    expect(await called).toBe('Canceled');
    expect(seen.decisions).toBe(0);
  });

  it('fails as unavailable where no token can be had', async () => {
    const { call, seen } = await start({ request: () => Promise.reject(new Error('down')) });
    expect(await call(kind)).toBe('Unavailable');
    expect(seen.decisions).toBe(0);
  });
});

it.each(['unary', 'serverStream'] as const)(
  'a %s call that is sent once more has the trailers of its handler',
  async (kind) => {
    const { call, age } = await start();
    await age();
    let attempt: string | null = null;
    await call(kind, { onTrailer: (trailers) => (attempt = trailers.get('x-attempt')) });
    expect(attempt).toBe('2');
  },
);
