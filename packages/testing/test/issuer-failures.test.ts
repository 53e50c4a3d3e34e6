import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestIssuer, type TestIssuer } from '../src/index.ts';

async function start(): Promise<TestIssuer> {
  const issuer = await startTestIssuer({ algorithms: ['ES256'] });
  onTestFinished(() => issuer.close());
  return issuer;
}

const signal = (): AbortSignal => AbortSignal.timeout(100);

describe('an issuer that fails on command', () => {
  it('down: closes the connection', async () => {
    const issuer = await start();
    issuer.fail('down');
    await expect(fetch(issuer.jwksUri)).rejects.toThrow(TypeError);
  });

  it('hang: never answers', async () => {
    const issuer = await start();
    issuer.fail('hang');
    const asked = fetch(issuer.jwksUri, { signal: signal() });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('slow: answers correctly, but late', async () => {
    const issuer = await start();
    issuer.fail('slow');
    const asked = fetch(issuer.jwksUri, { signal: signal() });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await (await fetch(issuer.jwksUri)).json()).toMatchObject({ keys: [{ alg: 'ES256' }] });
  });

  it.each([
    ['http500', 500],
    ['http429', 429],
    ['redirect', 307],
  ] as const)('%s: answers with that status', async (mode, status) => {
    const issuer = await start();
    issuer.fail(mode);
    const response = await fetch(issuer.jwksUri, { redirect: 'manual' });
    expect(response.status).toBe(status);
    if (mode === 'http429') expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    if (mode === 'redirect') expect(response.headers.get('location')).toBeTruthy();
  });

  it('redirect: leads to another origin, which answers', async () => {
    const issuer = await start();
    const token = issuer.opaque({ aud: 'orders' });
    issuer.fail('redirect');
    const body = new URLSearchParams({ token });
    const response = await fetch(issuer.introspectionEndpoint, { method: 'POST', body });
    expect(new URL(response.url).origin).not.toBe(issuer.issuer);
    expect(await response.json()).toMatchObject({ active: true, aud: 'orders' });
    expect(issuer.requests.introspection).toBe(1);
  });

  it('unreachable: closes the connection, as down does', async () => {
    const issuer = await start();
    issuer.fail('unreachable');
    await expect(fetch(issuer.jwksUri)).rejects.toThrow(TypeError);
  });

  it('hanging: never answers, as hang does', async () => {
    const issuer = await start();
    issuer.fail('hanging');
    const asked = fetch(issuer.jwksUri, { signal: signal() });
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('garbage: answers 200 without JSON', async () => {
    const issuer = await start();
    issuer.fail('garbage');
    const response = await fetch(issuer.jwksUri);
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });

  it('endless: sends more than a client should read', async () => {
    const issuer = await start();
    issuer.fail('endless');
    const response = await fetch(issuer.jwksUri);
    expect(response.status).toBe(200);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += (chunk as Uint8Array).byteLength;
      if (bytes > 20_000_000) break;
    }
    expect(bytes).toBeGreaterThan(20_000_000);
  });

  it('fails at every endpoint, and counts the requests', async () => {
    const issuer = await start();
    issuer.fail('http500');
    const discovery = `${issuer.issuer}/.well-known/openid-configuration`;
    for (const url of [discovery, issuer.jwksUri, issuer.introspectionEndpoint]) {
      expect((await fetch(url)).status).toBe(500);
    }
    expect(issuer.requests).toEqual({ discovery: 1, jwks: 1, introspection: 1 });
  });

  it('recovers on command', async () => {
    const issuer = await start();
    issuer.fail('http500');
    issuer.fail('none');
    expect((await fetch(issuer.jwksUri)).status).toBe(200);
  });

  it('ends hanging requests when it is closed', async () => {
    const issuer = await start();
    issuer.fail('hang');
    const asked = fetch(issuer.jwksUri).catch((error: unknown) => error);
    await expect.poll(() => issuer.requests.jwks).toBe(1);
    await issuer.close();
    expect(await asked).toBeInstanceOf(TypeError);
    await expect(fetch(issuer.jwksUri)).rejects.toThrow(TypeError);
  });
});
