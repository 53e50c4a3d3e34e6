import {
  type CallOptions,
  Code,
  ConnectError,
  createClient,
  createRouterTransport,
  type HandlerContext,
} from '@connectrpc/connect';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectSendOptions, createConnectTokenInterceptor } from '../src/connect.ts';
import { type AccessToken, createTokenSource } from '../src/index.ts';
import { Echo, type Kind, KINDS, refusal } from './support/echo-service.ts';

interface Served {
  readonly tokens: string[];
  started: number;
}

/** A client of a service whose `check` may throw before the handler starts. */
function start(
  options: ConnectSendOptions & {
    readonly check?: (token: string) => void;
    readonly request?: (number: number) => Promise<string>;
    readonly baseUrl?: string;
    readonly last?: () => void;
  } = {},
) {
  const {
    check,
    request = async (number) => `t${number}`,
    baseUrl = 'https://orders.example.com',
    last,
    ...send
  } = options;
  const served: Served = { tokens: [], started: 0 };
  const clock = createFakeClock();
  let requests = 0;
  const source = createTokenSource(
    async (): Promise<AccessToken> => {
      requests += 1;
      return { token: await request(requests) };
    },
    { clock },
  );
  const begin = (header: Headers): void => {
    const token = header.get('authorization')?.replace('Bearer ', '') ?? 'none';
    served.tokens.push(token);
    check?.(token);
    served.started += 1;
  };
  const transport = createRouterTransport(
    ({ service }) =>
      service(Echo, {
        unary: (message: object, { requestHeader }: { requestHeader: Headers }) => {
          begin(requestHeader);
          return message;
        },
        async *serverStream(message: object, { requestHeader, responseTrailer }: HandlerContext) {
          responseTrailer.set('x-token', requestHeader.get('authorization') ?? '');
          begin(requestHeader);
          yield message;
          last?.();
          yield message;
        },
        async clientStream(
          messages: AsyncIterable<object>,
          { requestHeader }: { requestHeader: Headers },
        ) {
          begin(requestHeader);
          let answer: object = {};
          for await (const message of messages) answer = message;
          return answer;
        },
        async *bidi(
          messages: AsyncIterable<object>,
          { requestHeader }: { requestHeader: Headers },
        ) {
          begin(requestHeader);
          yield* messages;
        },
      } as never),
    { transport: { baseUrl, interceptors: [createConnectTokenInterceptor(source, send)] } },
  );
  const client = createClient(Echo, transport) as unknown as Record<
    Kind,
    (input: unknown, options?: object) => unknown
  >;
  async function* one(): AsyncGenerator<object> {
    yield { value: 'a' };
  }
  /** The number of answers, or the code of the error. */
  const call = async (
    kind: Kind,
    headers: Record<string, string> = {},
    more: CallOptions = {},
  ): Promise<number | string> => {
    const input = kind === 'clientStream' || kind === 'bidi' ? one() : { value: 'a' };
    let answers = 0;
    try {
      const called = client[kind](input, { headers, ...more });
      if (kind === 'unary' || kind === 'clientStream') {
        await (called as Promise<object>);
        return 1;
      }
      for await (const _ of called as AsyncIterable<object>) answers += 1;
      return answers;
    } catch (error) {
      return `${Code[ConnectError.from(error).code]} after ${answers}`;
    }
  };
  return { call, served, clock, source, requests: () => requests };
}

const isRepeated = (kind: Kind): boolean => kind === 'unary' || kind === 'serverStream';
const answersOf = (kind: Kind): number => (kind === 'serverStream' ? 2 : 1);

describe.each(KINDS)('a %s call of Connect with a token source', (kind) => {
  it('carries the token', async () => {
    const { call, served } = start();
    expect(await call(kind)).toBe(answersOf(kind));
    expect(served).toEqual({ tokens: ['t1'], started: 1 });
  });

  it('keeps an authorization of its own', async () => {
    const { call, served, requests } = start();
    await call(kind, { authorization: 'Bearer own' });
    expect(served.tokens).toEqual(['own']);
    expect(requests()).toBe(0);
  });

  it('fails as unavailable where no token can be had', async () => {
    const { call, served } = start({ request: () => Promise.reject(new Error('down')) });
    expect(await call(kind)).toBe('Unavailable after 0');
    expect(served.tokens).toEqual([]);
  });

  it(`is ${isRepeated(kind) ? '' : 'not '}sent once more where its token had expired`, async () => {
    const { call, served, clock, source } = start({
      check: (token) => {
        if (token === 't1') throw refusal('admission');
      },
    });
    await source.get();
    await clock.advance(10_000);
    expect(await call(kind)).toBe(isRepeated(kind) ? answersOf(kind) : 'Unauthenticated after 0');
    expect(served.tokens).toEqual(isRepeated(kind) ? ['t1', 't2'] : ['t1']);
    // Either way, the next call has a new token.
    expect(await call(kind)).toBe(answersOf(kind));
    expect(served.tokens.at(-1)).toBe('t2');
  });

  it.each<readonly [string, Parameters<typeof start>[0]]>([
    [
      'a running call',
      {
        check: () => {
          throw refusal('running');
        },
      },
    ],
    [
      'another refusal',
      {
        check: () => {
          throw refusal('admission', 'TOKEN_INVALID');
        },
      },
    ],
    [
      'an expired token, if the option says so',
      {
        check: () => {
          throw refusal('admission');
        },
        retryExpired: false,
      },
    ],
  ])('is not sent once more after %s', async (_, options) => {
    const { call, served, clock, source } = start(options);
    await source.get();
    await clock.advance(10_000);
    expect(await call(kind)).toBe('Unauthenticated after 0');
    expect(served.tokens).toEqual(['t1']);
  });

  it('is sent once more at most, and never with the same token', async () => {
    const { call, served, clock } = start({
      check: () => {
        throw refusal('admission');
      },
    });
    await call(kind);
    expect(served.tokens).toEqual(['t1']);
    await clock.advance(10_000);
    await call(kind);
    expect(served.tokens.length).toBeLessThanOrEqual(3);
  });

  it('is not sent in plaintext to another host', async () => {
    const { call, served, requests } = start({ baseUrl: 'http://orders.example.com' });
    expect(await call(kind)).toBe('Unauthenticated after 0');
    expect([served.tokens, requests()]).toEqual([[], 0]);
  });

  it.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]'])(
    'may be sent to %s',
    async (baseUrl) => {
      expect(await start({ baseUrl }).call(kind)).toBe(answersOf(kind));
    },
  );

  it('is not sent in plaintext to the host of the page, where the URL is relative', async () => {
    vi.stubGlobal('location', new URL('http://orders.example.com/app/'));
    onTestFinished(() => void vi.unstubAllGlobals());
    const { call, served } = start({ baseUrl: '/api' });
    expect(await call(kind)).toBe('Unauthenticated after 0');
    expect(served.tokens).toEqual([]);
  });

  it('may be sent to the host of the page by https', async () => {
    vi.stubGlobal('location', new URL('https://orders.example.com/app/'));
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(await start({ baseUrl: '/api' }).call(kind)).not.toBe('Unauthenticated after 0');
  });

  it('is sent in plaintext where this is written out', async () => {
    const { call } = start({ baseUrl: 'http://orders.example.com', dangerouslyPlaintext: true });
    expect(await call(kind)).toBe(answersOf(kind));
  });
});

it('a stream that has begun is not sent again, and its token is renewed', async () => {
  const { call, served, clock, source, requests } = start({
    last: () => {
      throw refusal('admission');
    },
  });
  await source.get();
  await clock.advance(10_000);
  expect(await call('serverStream')).toBe('Unauthenticated after 1');
  expect(served).toEqual({ tokens: ['t1'], started: 1 });
  await call('unary');
  expect([served.tokens.at(-1), requests()]).toEqual(['t2', 2]);
});

it('a stream that is sent once more has the trailers of its handler alone', async () => {
  const { call, clock, source } = start({
    check: (token) => {
      if (token === 't1') throw refusal('admission');
    },
  });
  await source.get();
  await clock.advance(10_000);
  let trailers: string | null = null;
  const onTrailer = (all: Headers): void => void (trailers = all.get('x-token'));
  expect(await call('serverStream', {}, { onTrailer })).toBe(2);
  expect(trailers).toBe('Bearer t2');
});
