import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIntrospectionAuthenticator, type IntrospectionOptions } from '../src/index.ts';
import { generateKeyPair, SignJWT } from 'jose';

const { privateKey } = await generateKeyPair('ES256');

/** Signs its answers, and serves its keys as a test says. */
async function startProvider(keys: {
  status: number;
  body: string;
  hang?: boolean;
  asked?(path: string): void;
}): Promise<string> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      keys.asked?.(request.url ?? '');
      if (request.url === '/jwks' && keys.hang) return undefined;
      if (request.url === '/jwks') return response.writeHead(keys.status).end(keys.body);
      if (request.url === '/introspect') {
        const answer = await new SignJWT({
          token_introspection: { active: true, aud: 'orders', token_type: 'Bearer' },
        })
          .setProtectedHeader({ alg: 'ES256', typ: 'token-introspection+jwt' })
          .setIssuer(issuer)
          .setAudience('orders')
          .setIssuedAt()
          .sign(privateKey);
        response.writeHead(200, { 'content-type': 'application/token-introspection+jwt' });
        return response.end(answer);
      }
      const introspection = `${issuer}/introspect`;
      const metadata = {
        issuer,
        jwks_uri: `${issuer}/jwks`,
        introspection_endpoint: introspection,
      };
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(metadata));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Wants signed answers. */
function createSubject(
  issuer: string,
  more: Partial<Pick<IntrospectionOptions, 'cache' | 'maxConcurrent' | 'report'>>,
) {
  const authenticator = createIntrospectionAuthenticator({
    issuer,
    audience: 'orders',
    clientId: 'orders',
    clientAuthentication: { method: 'client_secret_basic', secret: 'secret' },
    response: 'jwt',
    ...more,
  });
  onTestFinished(() => authenticator.close());
  return authenticator;
}

describe('the key set of signed answers', () => {
  it.each([
    [400, '{"error":"bad"}'],
    [403, ''],
    [500, ''],
    [200, '{}'],
    [200, '{"error":"maintenance"}'],
  ])(
    'is an outage where it answers %i %s, and never a refusal of the token',
    async (status, body) => {
      const issuer = await startProvider({ status, body });
      const events: string[] = [];
      const authenticator = createSubject(issuer, { report: ({ type }) => events.push(type) });
      const context = { method: '/x/y', signal: new AbortController().signal };
      const verdict = await authenticator.authenticate(
        { scheme: 'bearer', token: 'opaque' },
        context,
      );
      expect(verdict).toMatchObject({ code: 'unavailable', reason: 'introspection' });
      expect(events).not.toContain('introspection_credentials_rejected');
    },
  );

  it('frees the place of a caller that disconnects while the keys hang', async () => {
    const asked: string[] = [];
    const issuer = await startProvider({
      status: 200,
      body: '',
      hang: true,
      asked: (path) => asked.push(path),
    });
    const authenticator = createSubject(issuer, { maxConcurrent: 1, cache: false });
    const leaving = new AbortController();
    const left = authenticator.authenticate(
      { scheme: 'bearer', token: 'first' },
      { method: '/x/y', signal: leaving.signal },
    );
    await expect.poll(() => asked).toContain('/jwks');
    leaving.abort();
    expect(await left).toMatchObject({ code: 'unavailable', reason: 'timeout' });
    void authenticator.authenticate(
      { scheme: 'bearer', token: 'second' },
      { method: '/x/y', signal: new AbortController().signal },
    );
    await expect.poll(() => asked.filter((path) => path === '/introspect')).toHaveLength(2);
  });
});
