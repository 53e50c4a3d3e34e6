import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ChannelCredentials,
  type Interceptor,
  Metadata,
  ServerCredentials,
  status as Status,
} from '@grpc/grpc-js';
import { createTokenSource, type TokenSource } from '@grpc-authn/client';
import { createTokenInterceptor, withToken } from '@grpc-authn/client/grpc-js';
import { generate } from 'selfsigned';
import { type CallEnd, EchoClient } from '../support/echo-client.ts';
import { CALL_KINDS } from '../support/echo-server.ts';
import { hs256, token } from '../support/tokens.ts';
import { withEcho } from '../support/with-echo.ts';

/** Not a name of this machine for the client, which connects to loopback all the same. */
const HOST = 'orders.example.com';
const pem = await generate([{ name: 'commonName', value: HOST }], {
  keySize: 2048,
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: HOST }] },
  ],
});
const [ca, cert, key] = [pem.cert, pem.cert, pem.private].map((text) => Buffer.from(text));
const ssl = ChannelCredentials.createSsl(ca);

/** The ends of calls over TLS to another name than loopback, each kind twice. */
async function callOverTls(options: {
  readonly credentials: ChannelCredentials;
  readonly interceptors?: readonly Interceptor[];
  readonly authorization?: string;
}): Promise<readonly CallEnd[]> {
  const { authorization } = options;
  const ends: CallEnd[] = [];
  await withEcho(
    { authenticator: hs256() },
    async ({ server }) => {
      const client = new EchoClient(`127.1:${server.port}`, options.credentials, {
        'grpc.ssl_target_name_override': HOST,
        interceptors: [...(options.interceptors ?? [])],
      });
      for (const kind of [...CALL_KINDS, ...CALL_KINDS]) {
        const sent = authorization === undefined ? {} : { authorization };
        ends.push(await client.call(kind, { ...sent, metadata: new Metadata() }));
      }
      client.close();
    },
    {
      credentials: ServerCredentials.createSsl(null, [{ cert_chain: cert!, private_key: key! }]),
    },
  );
  return ends;
}

/** Also counts the requests for tokens. */
function counted(request: () => Promise<string>): { source: TokenSource; requests: () => number } {
  let requests = 0;
  const source = createTokenSource(async () => {
    requests += 1;
    return { token: await request() };
  });
  return { source, requests: () => requests };
}

const codesOf = (ends: readonly CallEnd[]): ReadonlySet<number> =>
  new Set(ends.map(({ code }) => code));

describe('a client with a token source, over TLS to another host', () => {
  it('sends its token by the interceptor', async () => {
    const { source, requests } = counted(() => token());
    const interceptors = [createTokenInterceptor(source)];
    const ends = await callOverTls({ credentials: ssl, interceptors });
    assert.deepEqual([codesOf(ends), requests()], [new Set([Status.OK]), 1]);
  });

  it('sends its token by channel credentials', async () => {
    const { source, requests } = counted(() => token());
    const ends = await callOverTls({ credentials: withToken(ssl, source) });
    assert.deepEqual([codesOf(ends), requests()], [new Set([Status.OK]), 1]);
  });

  it('ends with UNAVAILABLE and the cause where channel credentials have no token', async () => {
    const { source } = counted(() => Promise.reject(new Error('answered 503')));
    const ends = await callOverTls({ credentials: withToken(ssl, source) });
    assert.deepEqual(codesOf(ends), new Set([Status.UNAVAILABLE]));
    assert.match(ends[0]?.details ?? '', /no access token: answered 503/);
  });
});

it('channel credentials with a token are never plaintext', () => {
  const { source } = counted(() => token());
  assert.throws(() => withToken(ChannelCredentials.createInsecure(), source), /insecure/);
});

const rejected = (reason: unknown): Promise<never> => Promise.reject(reason);

describe('a user-defined source of tokens', () => {
  const wrong: readonly (readonly [string, () => unknown])[] = [
    ['a token with a line break', () => ({ token: 'canary\nx-admin: 1' })],
    ['a token with a space', () => ({ token: 'Bearer canary' })],
    ['a text', () => 'canary'],
    ['nothing', () => undefined],
    ['an error that is no Error', () => rejected('canary')],
  ];
  for (const [what, get] of wrong) {
    const source: TokenSource = {
      get: async () => (await get()) as { readonly token: string },
      invalidate: () => undefined,
      close: async () => undefined,
    };
    for (const [how, options] of [
      ['the interceptor', { credentials: ssl, interceptors: [createTokenInterceptor(source)] }],
      ['channel credentials', { credentials: withToken(ssl, source) }],
    ] as const) {
      it(`that returns ${what} fails calls with UNAVAILABLE, and is not shown: ${how}`, async () => {
        const ends = await callOverTls(options);
        assert.deepEqual(codesOf(ends), new Set([Status.UNAVAILABLE]));
        assert.ok(ends.every(({ details }) => !details.includes('canary')));
      });
    }
  }
});
