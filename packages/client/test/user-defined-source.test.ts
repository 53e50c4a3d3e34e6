import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { credentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createConnectTokenInterceptor } from '../src/connect.ts';
import { createTokenInterceptor, withToken } from '../src/grpc-js.ts';
import type { TokenSource } from '../src/index.ts';
import { Echo } from './support/echo-service.ts';

const sourceOf = (get: () => unknown): TokenSource => ({
  get: async () => (await get()) as { readonly token: string },
  invalidate: () => undefined,
  close: async () => undefined,
});

const rejected = (reason: unknown): Promise<never> => Promise.reject(reason);

const WRONG: readonly (readonly [string, () => unknown])[] = [
  ['a token with a line break', () => ({ token: 'canary\nx-admin: 1' })],
  ['a token with a space', () => ({ token: 'Bearer canary' })],
  ['a text', () => 'canary'],
  ['nothing', () => undefined],
  ['an error that is no Error', () => rejected('canary')],
];

describe.each(WRONG)('a user-defined source that returns %s', (_, get) => {
  it('fails calls of Connect as unavailable, and shows nothing of it', async () => {
    const transport = createRouterTransport(() => undefined, {
      transport: {
        baseUrl: 'https://orders.example.com',
        interceptors: [createConnectTokenInterceptor(sourceOf(get))],
      },
    });
    const client = createClient(Echo, transport) as unknown as {
      unary(input: object): Promise<object>;
    };
    const error = ConnectError.from(await client.unary({}).catch((thrown: unknown) => thrown));
    expect(error.code).toBe(Code.Unavailable);
    expect(error.message).not.toContain('canary');
  });
});

it.each<unknown>([undefined, null, {}, 'token', () => ({ token: 'abc' })])(
  'a source of %s is a TypeError at once',
  (source) => {
    const wrong = source as TokenSource;
    const message = /^source: expected a TokenSource, such as that of createTokenSource\(\)/;
    expect(() => createTokenInterceptor(wrong)).toThrow(message);
    expect(() => createConnectTokenInterceptor(wrong)).toThrow(message);
    expect(() => withToken(credentials.createSsl(), wrong)).toThrow(message);
  },
);

it.each<readonly [object, string]>([
  [{ retryExpired: 'false' }, 'retryExpired: expected true or false, received string'],
  [
    { dangerouslyPlaintext: 'false' },
    'dangerouslyPlaintext: expected true or false, received string',
  ],
])('options of %j are a TypeError for Connect', (options, message) => {
  const source = sourceOf(() => ({ token: 'abc' }));
  expect(() => createConnectTokenInterceptor(source, options)).toThrow(message);
});

it.each<readonly [object, string]>([
  [{ retryExpired: 1 }, 'retryExpired: expected true or false, received number'],
  [{ channel: 'plaintext' }, "channel: expected 'tls' or 'dangerously_plaintext'"],
  [
    { channel: undefined, retryExpired: null },
    'retryExpired: expected true or false, received object',
  ],
])('options of %j are a TypeError for grpc-js', (options, message) => {
  const source = sourceOf(() => ({ token: 'abc' }));
  expect(() => createTokenInterceptor(source, options)).toThrow(message);
});
