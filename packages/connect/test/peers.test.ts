import { X509Certificate } from 'node:crypto';
import type {
  AuthenticationContext,
  Authenticator,
  TransportCall,
} from '@grpc-authn/core/authenticator';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { createConnectAuth } from '../src/index.ts';
import { names } from './support/authenticators.ts';
import { as, clientOf, PROTOCOLS, startEcho } from './support/start-echo.ts';

/** A self-signed certificate, for the server and the client. */
const pem = await generate([{ name: 'commonName', value: 'localhost' }], {
  keySize: 2048,
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
  ],
});
const identity = { cert: pem.cert, key: pem.private };

function seeing() {
  const contexts: AuthenticationContext[] = [];
  const authenticator: Authenticator = {
    ...names(),
    authenticate: (given, context) => {
      contexts.push(context);
      return names().authenticate(given, context);
    },
  };
  return { authenticator, contexts };
}

const CALLERS = [
  ...PROTOCOLS.map((protocol) => [protocol, '2'] as const),
  ['connect', '1.1'] as const,
  ['grpc-web', '1.1'] as const,
];

describe.each(CALLERS)('%s over HTTP/%s on one port with TLS', (protocol, httpVersion) => {
  const options = {
    httpVersion,
    nodeOptions: { ca: pem.cert, ...identity },
  };

  it('shows the verified certificate of the client', async () => {
    const { authenticator, contexts } = seeing();
    const server = await startEcho({
      auth: createConnectAuth({ authenticator }),
      server: { tls: { ...identity, ca: pem.cert, requestCert: true } },
    });
    const client = clientOf(server, protocol, options);
    expect((await client.unary({ value: 'm' }, as('alice'))).value).toBe('alicem');
    const { peer } = contexts[0]!;
    expect(peer?.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(peer?.certificate).toEqual(new X509Certificate(pem.cert).raw);
  });

  it('shows no certificate that nobody has verified', async () => {
    const { authenticator, contexts } = seeing();
    const server = await startEcho({
      auth: createConnectAuth({ authenticator }),
      // Without `ca`, the client's certificate is not trusted.
      server: { tls: { ...identity, requestCert: true, rejectUnauthorized: false } },
    });
    const client = clientOf(server, protocol, options);
    await client.unary({ value: 'm' }, as('alice'));
    expect(contexts[0]?.peer?.certificate).toBeUndefined();
  });

  it('shows no certificate where the client has none', async () => {
    const { authenticator, contexts } = seeing();
    const server = await startEcho({
      auth: createConnectAuth({ authenticator }),
      server: { tls: { ...identity, ca: pem.cert, requestCert: true, rejectUnauthorized: false } },
    });
    const client = clientOf(server, protocol, { httpVersion, nodeOptions: { ca: pem.cert } });
    await client.unary({ value: 'm' }, as('alice'));
    expect(contexts[0]?.peer?.certificate).toBeUndefined();
  });
});

it('distinguishes connections, and shows what the caller sent', async () => {
  const calls: TransportCall[] = [];
  const shown: unknown[] = [];
  const auth = createConnectAuth({
    // Only a call that waits has a place in the limits.
    authenticator: {
      ...names(),
      authenticate: async (given, context) => names().authenticate(given, context),
    },
    limits: {
      peerOf: (call) => {
        calls.push(call);
        shown.push(call.authority, call.header?.('x-forwarded-for'), call.traceparent);
        return 'one';
      },
    },
  });
  const server = await startEcho({ auth });
  const client = clientOf(server, 'grpc');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = { authorization: 'Bearer alice', 'x-forwarded-for': '192.0.2.1', traceparent };
  await client.unary({ value: 'm' }, { headers });
  await client.unary({ value: 'm' }, as('alice'));
  await clientOf(server, 'grpc').unary({ value: 'm' }, as('alice'));
  const [first, second, third] = calls.map(({ peer }) => peer?.connection);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(shown.slice(0, 3)).toEqual([`127.0.0.1:${server.port}`, '192.0.2.1', traceparent]);
});
