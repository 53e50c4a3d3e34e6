import { Code } from '@connectrpc/connect';
import { allowAnonymous, definePolicy, publicMethod } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createConnectAuth, findConnectPrincipal, getConnectPrincipal } from '../src/index.ts';
import { names } from './support/authenticators.ts';
import { CALLS, errorOf } from './support/call-kinds.ts';
import { as, clientOf, PROTOCOLS, startEcho } from './support/start-echo.ts';

const authenticator = names();

describe.each(PROTOCOLS)('%s', (protocol) => {
  describe.each(Object.entries(CALLS))('%s', (_, call) => {
    it('passes the caller to the handler', async () => {
      const server = await startEcho({
        auth: createConnectAuth({ authenticator }),
        see: (context) => getConnectPrincipal(context).subject ?? '',
      });
      expect(await call(clientOf(server, protocol), as('alice'))).toBe('alicem');
    });

    it('is refused before a handler runs', async () => {
      const server = await startEcho({ auth: createConnectAuth({ authenticator }) });
      const client = clientOf(server, protocol);
      expect(await errorOf(call(client, as('bad')))).toHaveProperty('code', Code.Unauthenticated);
      expect(await errorOf(call(client, as()))).toHaveProperty('code', Code.Unauthenticated);
      expect(server.received).toEqual([]);
    });

    it('allows an anonymous caller, whose token must still be good', async () => {
      const policy = definePolicy({ 'echo.v1.Echo/*': allowAnonymous() });
      const server = await startEcho({ auth: createConnectAuth({ authenticator, policy }) });
      const client = clientOf(server, protocol);
      expect(await call(client, as())).toBe('nobodym');
      expect(await call(client, as('alice'))).toBe('alicem');
      expect(await errorOf(call(client, as('bad')))).toHaveProperty('code', Code.Unauthenticated);
    });

    it('ignores the credentials of a public method, and removes them', async () => {
      const policy = definePolicy({ 'echo.v1.Echo/*': publicMethod() });
      const server = await startEcho({
        auth: createConnectAuth({ authenticator, policy }),
        see: (context) => `${context.requestHeader.get('authorization')} `,
      });
      expect(await call(clientOf(server, protocol), as('bad'))).toBe('null m');
    });

    it('hides the credentials from the handler, in another header, too', async () => {
      const server = await startEcho({
        auth: createConnectAuth({ authenticator, credentials: { header: 'x-token' } }),
        see: ({ requestHeader }) =>
          `${requestHeader.get('authorization')} ${requestHeader.get('x-token')} `,
      });
      const headers = { 'x-token': 'Bearer alice', authorization: 'Bearer other' };
      expect(await call(clientOf(server, protocol), { headers })).toBe('Bearer other null m');
    });

    it('reports each call once, by its path', async () => {
      const decisions: string[] = [];
      const auth = createConnectAuth({
        authenticator,
        onDecision: ({ outcome, method, peer }) => decisions.push(`${outcome} ${method} ${peer}`),
      });
      const server = await startEcho({ auth });
      const client = clientOf(server, protocol);
      await call(client, as('alice'));
      await errorOf(call(client, as('bad')));
      expect(decisions).toEqual([
        expect.stringMatching(/^allowed \/echo\.v1\.Echo\/\w+ 127\.0\.0\.1:\d+$/),
        expect.stringMatching(/^refused \/echo\.v1\.Echo\/\w+ 127\.0\.0\.1:\d+$/),
      ]);
    });
  });
});

describe('GET', () => {
  it('is decided as POST', async () => {
    const auth = createConnectAuth({ authenticator });
    const server = await startEcho({ auth, see: (context) => context.requestMethod });
    const client = clientOf(server, 'connect', { useHttpGet: true });
    expect((await client.lookUp({ value: 'm' }, as('alice'))).value).toBe('GETm');
    expect(await errorOf(client.lookUp({ value: 'm' }, as('bad')))).toHaveProperty(
      'code',
      Code.Unauthenticated,
    );
    expect(server.received).toEqual(['m']);
  });

  it('is no way to put a token into the address', async () => {
    const server = await startEcho({ auth: createConnectAuth({ authenticator }) });
    const client = clientOf({ origin: server.origin }, 'connect', {
      useHttpGet: true,
      interceptors: [
        (next: (request: object) => unknown) => (request: { url: string }) =>
          next({ ...request, url: `${request.url}?authorization=Bearer%20alice` }),
      ],
    });
    expect(await errorOf(client.lookUp({ value: 'm' }))).toHaveProperty(
      'code',
      Code.Unauthenticated,
    );
  });
});

it('shares one port with every protocol and both versions of HTTP', async () => {
  const server = await startEcho({ auth: createConnectAuth({ authenticator }), server: 'http1' });
  for (const protocol of ['connect', 'grpc-web'] as const) {
    const client = clientOf(server, protocol, { httpVersion: '1.1' });
    expect((await client.unary({ value: 'm' }, as('alice'))).value).toBe('alicem');
    const refused = await errorOf(client.unary({ value: 'm' }, as('bad')));
    expect(refused).toHaveProperty('code', Code.Unauthenticated);
  }
});

it('finds nobody for an anonymous caller, and throws where it was not asked', async () => {
  const policy = definePolicy({
    'echo.v1.Echo/Unary': allowAnonymous(),
    'echo.v1.Echo/LookUp': publicMethod(),
  });
  const messages: string[] = [];
  const server = await startEcho({
    auth: createConnectAuth({ authenticator, policy }),
    see: (context) => {
      for (const read of [getConnectPrincipal, findConnectPrincipal]) {
        try {
          messages.push(read(context)?.subject ?? 'nobody');
        } catch (error) {
          messages.push((error as Error).message);
        }
      }
      return '';
    },
  });
  const client = clientOf(server, 'connect');
  await client.unary({ value: 'm' });
  await client.lookUp({ value: 'm' });
  expect(messages).toEqual([
    expect.stringContaining('getConnectPrincipal: the caller is anonymous'),
    'nobody',
    expect.stringContaining('getConnectPrincipal: nobody is verified on a public method'),
    expect.stringContaining('findConnectPrincipal: nobody is verified on a public method'),
  ]);
});
