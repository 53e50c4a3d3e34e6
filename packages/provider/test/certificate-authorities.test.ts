import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, createCertificate } from './support/certificates.ts';
import { createGuardedFetch, errorOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

let certificate: Certificate;
beforeAll(async () => {
  certificate = await createCertificate('provider');
});

describe('a provider with a certificate of its own', () => {
  it.each([
    ['text', (cert: string) => cert],
    ['bytes', (cert: string) => new TextEncoder().encode(cert)],
  ])('is trusted where its authority is given, as %s', async (_, ca) => {
    const { url } = await startProvider((__, response) => response.end('{"a":1}'), certificate);
    const fetch = createGuardedFetch({ ca: ca(certificate.cert) });
    expect(await (await fetch.fetch(url)).json()).toEqual({ a: 1 });
    const named = await fetch.fetch(url, {}, new URL('https://127.0.0.1'));
    expect(await named.json()).toEqual({ a: 1 });
  });

  it('is refused where no authority is given, and nothing is sent', async () => {
    const provider = await startProvider((_, response) => response.end(), certificate);
    const error = await errorOf(createGuardedFetch().fetch(provider.url));
    expect(error.problem).toBe('connection');
    expect(error.message).toMatch(/DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED/);
    expect(provider.requests).toHaveLength(0);
  });

  it('is refused where another authority is given', async () => {
    const other = await createCertificate('provider');
    const provider = await startProvider((_, response) => response.end(), certificate);
    const error = await errorOf(createGuardedFetch({ ca: other.cert }).fetch(provider.url));
    expect(error.problem).toBe('connection');
    expect(provider.requests).toHaveLength(0);
  });

  it('is refused where its certificate is of another host', async () => {
    const other = await createCertificate('provider', '192.0.2.1');
    const provider = await startProvider((_, response) => response.end(), other);
    const error = await errorOf(createGuardedFetch({ ca: other.cert }).fetch(provider.url));
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(provider.requests).toHaveLength(0);
  });
});
