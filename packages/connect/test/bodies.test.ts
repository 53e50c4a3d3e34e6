import { connect } from 'node:http2';
import { Code } from '@connectrpc/connect';
import { AuthError, type CallGuard, createCallGuard } from '@grpc-authn/core/authenticator';
import { describe, expect, it, vi } from 'vitest';
import { createConnectAuth } from '../src/index.ts';
import { names, revocable } from './support/authenticators.ts';
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

describe('a caller who is revoked when the call has just been admitted', () => {
  const revoked = new AuthError('invalid_token', 'revoked');
  const plain = createCallGuard({ authenticator: names() });
  const garbage = Buffer.from([0, 0, 0, 0, 3, 0xff, 0xff, 0xff]);

  it.each(METHODS)('%s: is refused before the body is parsed', async (method) => {
    const guard: CallGuard = {
      credentialsFrom: (header) => plain.credentialsFrom(header),
      describe: (error, call, stage) => plain.describe(error, call, stage),
      finish: (call) => plain.finish(call),
      begin: async (call) => {
        const outcome = await plain.begin(call);
        call.end(revoked);
        return outcome;
      },
    };
    const server = await startEcho({ auth: createConnectAuth({ guard }) });
    const token = 'alice';
    const answer = await rawRequest(server, { protocol: 'connect', method, token, body: garbage });
    expect(answer).toMatch(UNAUTHENTICATED);
  });

  it('is refused when the body has arrived, and the handler does not run', async () => {
    const { authenticator, revoke } = revocable();
    const decided = vi.fn<() => void>();
    const watched = createConnectAuth({ authenticator, onDecision: decided });
    const server = await startEcho({ auth: watched });
    let send: (message: Uint8Array) => void = () => undefined;
    const answer = rawRequest(server, {
      protocol: 'connect',
      method: 'Unary',
      token: 'alice',
      body: new Promise((resolve) => (send = resolve)),
    });
    await expect.poll(() => decided.mock.calls.length).toBe(1);
    revoke('alice');
    send(new Uint8Array());
    expect(await answer).toMatch(UNAUTHENTICATED);
    expect(server.received).toEqual([]);
  });
});

it('refuses before it reads the message of a GET', async () => {
  const server = await startEcho({ auth });
  const address = `${server.origin}/echo.v1.Echo/LookUp?connect=v1&encoding=proto&base64=1&message=____`;
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
