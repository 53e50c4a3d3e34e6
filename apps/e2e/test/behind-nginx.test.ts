import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { ChannelCredentials, status } from '@grpc/grpc-js';
import {
  authenticated,
  AuthError,
  type Authenticator,
  createAuthInterceptor,
  createPrincipal,
  definePolicy,
  requireScopes,
} from '@grpc-authn/core';
import { readAuthFailure } from '@grpc-authn/core/client';
import { createFakeClock } from '@grpc-authn/testing';
import { generate } from 'selfsigned';
import { eventually } from '../support/accounts.ts';
import { EchoClient } from '../support/echo-client.ts';
import {
  CALL_KINDS,
  type CallKind,
  type EchoServer,
  startEchoServer,
} from '../support/echo-server.ts';
import { type Nginx, startNginx, whyNoNginx } from '../support/nginx.ts';
import { OpenClient } from '../support/open-call.ts';

const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
  keySize: 2048,
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
  ],
});
const ca = Buffer.from(certificate.cert);
const LIFETIME_MS = 30_000;
/** How each kind of refusal is caused. */
const REFUSED: Readonly<Record<string, { readonly kind: CallKind; readonly token?: string }>> = {
  'no token': { kind: 'unary' },
  'a bad token': { kind: 'unary', token: 'bad' },
  'a bad token of a stream': { kind: 'bidi', token: 'bad' },
  'a missing scope': { kind: 'serverStream', token: 'alice' },
  'an outage': { kind: 'unary', token: 'down' },
};

describe('behind nginx', { skip: whyNoNginx() ?? false }, () => {
  const clock = createFakeClock();
  const peers: string[] = [];
  let server: EchoServer;
  let nginx: Nginx;

  /** Tokens are names. Later, because only calls that wait have a peer. */
  const names: Authenticator = {
    name: 'names',
    schemes: ['bearer'],
    async authenticate({ token }) {
      await new Promise(setImmediate);
      if (token === 'bad') return new AuthError('invalid_token', 'signature');
      if (token === 'down') return new AuthError('unavailable', 'jwks', { retryAfterMs: 1_000 });
      const expiresAtEpochSeconds = (clock.nowMs() + LIFETIME_MS) / 1000;
      return createPrincipal({ authenticator: 'names', subject: token, expiresAtEpochSeconds });
    },
  };

  before(async () => {
    server = await startEchoServer({
      interceptors: [
        createAuthInterceptor({
          authenticator: names,
          clock,
          streams: { graceSeconds: 0 },
          policy: definePolicy({
            'echo.v1.Echo/*': authenticated(),
            'echo.v1.Echo/serverStream': requireScopes('echo:read'),
          }),
          limits: {
            peerOf: (call) => {
              const peer = call.header?.('x-real-ip') ?? 'unknown';
              peers.push(peer);
              return peer;
            },
          },
        }),
      ],
    });
    nginx = await startNginx({ serverPort: server.port, certificate });
  });
  after(async () => {
    await nginx?.stop();
    server?.stop();
  });

  const overTls = (): EchoClient =>
    new EchoClient(`localhost:${nginx.port}`, ChannelCredentials.createSsl(ca));

  it('calls of all kinds are served to their callers', async () => {
    const client = overTls();
    for (const kind of CALL_KINDS) {
      if (kind === 'serverStream') continue;
      const { code, messages, details } = await client.call(kind, {
        authorization: 'Bearer alice',
      });
      assert.deepEqual([code, messages], [status.OK, ['done']], `${kind}: ${details}`);
    }
    client.close();
  });

  it('peerOf returns the address of the client, whatever the client claims', async () => {
    peers.length = 0;
    for (const localAddress of ['127.0.0.2', '127.0.0.3']) {
      assert.equal(await callFrom(localAddress, nginx.port), '0');
    }
    assert.deepEqual(peers, ['127.0.0.2', '127.0.0.3']);
  });

  for (const [what, { kind, token }] of Object.entries(REFUSED)) {
    it(`a refusal keeps its status and trailers: ${what}`, async () => {
      const [behind, direct] = [overTls(), new EchoClient(server.address)];
      const options = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const refusals = [await behind.call(kind, options), await direct.call(kind, options)];
      const [received, expected] = refusals.map(({ code, details, trailers, messages }) => ({
        code,
        details,
        messages,
        failure: readAuthFailure({ code, metadata: trailers }),
        pushback: trailers.get('grpc-retry-pushback-ms'),
      }));
      assert.notEqual(expected?.failure, undefined);
      assert.deepEqual(received, expected);
      behind.close();
      direct.close();
    });
  }

  it('an idle stream ends with its token, and the client gets the reason', async () => {
    const client = new OpenClient(`localhost:${nginx.port}`, ChannelCredentials.createSsl(ca));
    const handlers = server.seen.handlers;
    const open = client.open('bidi', { authorization: 'Bearer alice' });
    await eventually(() => server.seen.handlers === handlers + 1, 'the handler runs');
    await clock.advance(LIFETIME_MS);
    const { status: end } = await open.ended;
    const { reason, stage } = readAuthFailure(end) ?? {};
    assert.deepEqual(
      [end.code, reason, stage],
      [status.UNAUTHENTICATED, 'TOKEN_EXPIRED', 'running'],
    );
    client.close();
  });

  it('a token of 16,000 bytes needs large_client_header_buffers', async () => {
    const authorization = `Bearer ${randomBytes(12_000).toString('base64url')}`;
    const client = overTls();
    const shorter = authorization.slice(0, 10_000);
    assert.equal((await client.call('unary', { authorization: shorter })).code, status.OK);
    assert.notEqual((await client.call('unary', { authorization })).code, status.OK);
    client.close();
    const directives = 'large_client_header_buffers 4 16k;';
    const larger = await startNginx({ serverPort: server.port, certificate, directives });
    const through = new EchoClient(`localhost:${larger.port}`, ChannelCredentials.createSsl(ca));
    assert.equal((await through.call('unary', { authorization })).code, status.OK);
    through.close();
    await larger.stop();
  });
});

/** A call from an address of this machine, whose own x-real-ip is another; returns its grpc-status. */
async function callFrom(localAddress: string, port: number): Promise<unknown> {
  const socket = connectTls({
    socket: connectTcp({ host: '127.0.0.1', port, localAddress }),
    servername: 'localhost',
    ca,
    ALPNProtocols: ['h2'],
  });
  const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => socket });
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/echo.v1.Echo/unary',
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: 'Bearer alice',
      'x-real-ip': '192.0.2.66',
    });
    let grpcStatus: unknown;
    stream.on('response', (headers) => (grpcStatus ??= headers['grpc-status']));
    stream.on('trailers', (trailers) => (grpcStatus ??= trailers['grpc-status']));
    stream.resume();
    stream.end(Buffer.from([0, 0, 0, 0, 2, 0x68, 0x69]));
    await once(stream, 'close');
    return grpcStatus;
  } finally {
    session.destroy();
  }
}
