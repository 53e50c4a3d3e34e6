import { createConnectAuth } from '../src/index.ts';
import { describe, expect, it } from 'vitest';
import { Code } from '@connectrpc/connect';
import { names } from './support/authenticators.ts';
import { CALLS, errorOf } from './support/call-kinds.ts';
import { rawRequest } from './support/raw-request.ts';
import { as, clientOf, PROTOCOLS, startEcho } from './support/start-echo.ts';

const METHODS = ['Unary', 'ClientStream', 'ServerStream', 'Bidi'];
const auth = createConnectAuth({ authenticator: names() });

/** As text of JSON, of a trailer, or of a frame of gRPC-web. */
const UNAUTHENTICATED = /"code":"unauthenticated"|"grpc-status":"16"|grpc-status: 16/;

describe.each(PROTOCOLS)('%s', (protocol) => {
  /** A frame that says 3 bytes, which are no message; for a unary call of Connect, all of it is the message. */
  const garbage = Buffer.from([0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);

  it.each(METHODS)('%s: what a refused caller sends is never parsed', async (method) => {
    const server = await startEcho({ auth });
    const send = (token: string) => rawRequest(server, { protocol, method, token, body: garbage });
    expect(await send('bad')).toMatch(UNAUTHENTICATED);
    expect(await send('alice')).not.toMatch(UNAUTHENTICATED);
    expect(server.received).toEqual([]);
  });

  it.each(METHODS)('%s: a refused caller need not send a body', async (method) => {
    const server = await startEcho({ auth });
    expect(await rawRequest(server, { protocol, method, token: 'bad' })).toMatch(UNAUTHENTICATED);
  });

  it.each(Object.entries(CALLS))(
    '%s: the size of a message counts only for a caller that is allowed',
    async (_, call) => {
      const server = await startEcho({ auth, readMaxBytes: 1 });
      const client = clientOf(server, protocol);
      expect(await errorOf(call(client, as('bad')))).toHaveProperty('code', Code.Unauthenticated);
      expect(await errorOf(call(client, as('alice')))).toHaveProperty(
        'code',
        Code.ResourceExhausted,
      );
      expect(server.received).toEqual([]);
    },
  );
});

it('refuses before it reads the message of a GET', async () => {
  const server = await startEcho({ auth });
  const address = `${server.origin}/echo.v1.Echo/LookUp?connect=v1&encoding=proto&base64=1&message=____`;
  const { connect } = await import('node:http2');
  const session = connect(server.origin);
  const get = async (token: string): Promise<string> => {
    const { pathname, search } = new URL(address);
    const request = session.request({
      ':path': pathname + search,
      authorization: `Bearer ${token}`,
    });
    let all = '';
    request.setEncoding('utf8');
    for await (const chunk of request) all += chunk as string;
    return all;
  };
  expect(await get('bad')).toMatch(UNAUTHENTICATED);
  expect(await get('alice')).toContain('"code":"internal","message":"parse binary');
  session.destroy();
});
