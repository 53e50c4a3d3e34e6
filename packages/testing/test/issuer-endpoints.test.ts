import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../src/index.ts';

async function start(options: { readonly port?: number } = {}): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ algorithms: ['ES256'], ...options });
  onTestFinished(() => issuer.close());
  return issuer;
}

async function introspect(issuer: TestIssuer, token: string): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({ token });
  const response = await fetch(issuer.introspectionEndpoint, { method: 'POST', body });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

describe('the issuer', () => {
  it('listens on loopback, with its endpoints on the same origin', async () => {
    const issuer = await start();
    expect(issuer.issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const url of [issuer.jwksUri, issuer.introspectionEndpoint]) {
      expect(new URL(url).origin).toBe(issuer.issuer);
    }
  });

  it('publishes its issuer and its endpoints as metadata', async () => {
    const issuer = await start();
    const response = await fetch(`${issuer.issuer}/.well-known/openid-configuration`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject({
      issuer: issuer.issuer,
      jwks_uri: issuer.jwksUri,
      introspection_endpoint: issuer.introspectionEndpoint,
    });
  });

  it('answers 404 to other paths', async () => {
    const issuer = await start();
    expect((await fetch(`${issuer.issuer}/elsewhere`)).status).toBe(404);
    const oauth = `${issuer.issuer}/.well-known/oauth-authorization-server`;
    expect((await fetch(oauth)).status).toBe(404);
  });

  it('counts the requests of each endpoint', async () => {
    const issuer = await start();
    const { requests } = issuer;
    expect(requests).toEqual({ discovery: 0, jwks: 0, introspection: 0 });
    await fetch(issuer.jwksUri);
    await fetch(issuer.jwksUri);
    await fetch(`${issuer.issuer}/.well-known/openid-configuration`);
    await introspect(issuer, 'x');
    await fetch(`${issuer.issuer}/elsewhere`);
    expect(requests).toEqual({ discovery: 1, jwks: 2, introspection: 1 });
  });

  it('can restart on its port, to simulate an outage', async () => {
    const issuer = await start();
    const port = Number(new URL(issuer.issuer).port);
    await issuer.close();
    const again = await start({ port });
    expect(again.issuer).toBe(issuer.issuer);
    expect((await fetch(again.jwksUri)).status).toBe(200);
  });

  it('does not start on a used port', async () => {
    const issuer = await start();
    const port = Number(new URL(issuer.issuer).port);
    await expect(startTestIssuer({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('can be closed twice', async () => {
    const issuer = await start();
    await issuer.close();
    await expect(issuer.close()).resolves.toBeUndefined();
  });
});

describe('an opaque token', () => {
  it('is active, and its answer has the given members', async () => {
    const issuer = await start();
    const token = issuer.opaque({ scope: 'orders:read', sub: 'bob' });
    expect(token).toMatch(/^[\w-]{20,}$/);
    const answer = await introspect(issuer, token);
    expect(answer).toMatchObject({ active: true, scope: 'orders:read', sub: 'bob' });
    expect(answer).toMatchObject({ iss: issuer.issuer, token_type: 'Bearer' });
    expect(answer['exp']).toBeGreaterThan(Date.now() / 1000);
  });

  it('can have an invalid answer, or one without some members', async () => {
    const issuer = await start();
    const token = issuer.opaque({
      active: 'false',
      exp: undefined,
      token_type: undefined,
    } as never);
    const answer = await introspect(issuer, token);
    expect(answer).toMatchObject({ active: 'false' });
    expect(answer).not.toHaveProperty('exp');
    expect(answer).not.toHaveProperty('token_type');
  });

  it('has its own answer', async () => {
    const issuer = await start();
    const [one, two] = [issuer.opaque({ sub: 'one' }), issuer.opaque({ sub: 'two' })];
    expect(one).not.toBe(two);
    expect(await introspect(issuer, one)).toMatchObject({ sub: 'one' });
    expect(await introspect(issuer, two)).toMatchObject({ sub: 'two' });
  });

  it('is only inactive after it is revoked', async () => {
    const issuer = await start();
    const [token, other] = [issuer.opaque(), issuer.opaque()];
    issuer.revoke(token);
    expect(await introspect(issuer, token)).toEqual({ active: false });
    expect(await introspect(issuer, other)).toMatchObject({ active: true });
  });

  it.each([['unknown'], [''], ['__proto__']])(
    'is inactive if it was never made: %j',
    async (token) => {
      expect(await introspect(await start(), token)).toEqual({ active: false });
    },
  );
});
