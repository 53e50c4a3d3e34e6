import { describe, expect, it } from 'vitest';
import { checkLiteral } from '../src/address/guarded-lookup.ts';
import { checkMetadataUrl, ProviderError } from '../src/index.ts';
import { createGuardedFetch, errorOf, problemOf } from './support/guarded-fetches.ts';
import { startProvider } from './support/provider-server.ts';

const PUBLIC = 'https://8.8.8.8';
const LOOPBACK = 'http://127.0.0.1:8080';

function check(url: unknown, issuer = PUBLIC): string {
  try {
    return checkMetadataUrl('jwks_uri', url, new URL(issuer)).href;
  } catch (error) {
    if (error instanceof ProviderError) return error.problem;
    throw error;
  }
}

/** Asked before anything is connected; only loopback is ever asked by these tests. */
function literalProblem(url: string, issuer: string): Promise<string> {
  return problemOf(checkLiteral(new URL(url), new URL(issuer)));
}

describe('a URL out of the metadata of an issuer', () => {
  it.each([
    ['https://keys.example.com/jwks', PUBLIC],
    ['https://1.1.1.1/jwks', PUBLIC],
    ['https://keys.example.com/jwks', LOOPBACK],
    ['http://127.0.0.1:9/jwks', LOOPBACK],
    ['http://[::1]:9/jwks', LOOPBACK],
    ['http://localhost:9/jwks', LOOPBACK],
    ['http://127.0.0.1:9/jwks', 'http://localhost:8080'],
    ['http://idp.internal:8080/jwks', 'http://idp.internal:8080'],
  ])('may be %s of %s', (url, issuer) => {
    expect(check(url, issuer)).toBe(url);
  });

  it.each([
    ['http://keys.example.com/jwks', PUBLIC],
    ['http://8.8.8.8/jwks', PUBLIC],
    ['http://127.0.0.1/jwks', PUBLIC],
    ['http://localhost/jwks', PUBLIC],
    ['http://127.0.0.1/jwks', 'https://127.0.0.1'],
    ['http://127.0.0.1/jwks', 'https://localhost'],
    ['http://10.0.0.1/jwks', LOOPBACK],
    ['http://keys.example.com/jwks', LOOPBACK],
    ['http://127.0.0.1/jwks', 'http://idp.internal:8080'],
    ['http://idp.internal:8081/jwks', 'http://idp.internal:8080'],
    ['ftp://127.0.0.1/jwks', LOOPBACK],
    ['file:///etc/passwd', LOOPBACK],
    ['data:application/json,{"keys":[]}', LOOPBACK],
  ])('must be https: %s of %s is refused', (url, issuer) => {
    expect(check(url, issuer)).toBe('address');
  });

  it.each([
    ['https://169.254.169.254/latest/meta-data'],
    ['https://2852039166/'],
    ['https://0xa9fea9fe/'],
    ['https://[fe80::1]/'],
    ['https://[::ffff:169.254.169.254]/'],
    ['https://[64:ff9b::a9fe:a9fe]/'],
    ['https://0.0.0.0/'],
    ['https://[::]/'],
    ['https://224.0.0.1/'],
  ])('is never link-local or reserved, whatever the issuer: %s', (url) => {
    expect(check(url, PUBLIC)).toBe('address');
    expect(check(url, LOOPBACK)).toBe('address');
    expect(check(url, 'https://10.0.0.1')).toBe('address');
  });

  it.each([
    ['https://a:canary@8.8.8.8/'],
    ['https://canary@8.8.8.8/'],
    ['https://:canary@8.8.8.8/'],
  ])('has no user name: %s', (url) => {
    expect(check(url)).toBe('address');
    expect(() => checkMetadataUrl('jwks_uri', url, new URL(PUBLIC))).toThrow(/^(?!.*canary)/);
  });

  it.each([[undefined], [null], [5], [{}], [['https://8.8.8.8/']], [''], ['/jwks'], ['jwks']])(
    'is an absolute URL: %j is refused',
    (url) => {
      expect(check(url)).toBe('content');
    },
  );

  it('shows neither its query nor its fragment where it is refused', () => {
    const url = 'http://169.254.169.254/latest?token=canary#canary';
    expect(() => checkMetadataUrl('jwks_uri', url, new URL(PUBLIC))).toThrow(
      'https://8.8.8.8/: jwks_uri http://169.254.169.254/latest is not https',
    );
  });
});

describe('an address that metadata writes out', () => {
  it.each([
    ['https://10.0.0.1/jwks'],
    ['https://192.168.0.1/jwks'],
    ['https://172.16.0.1/jwks'],
    ['https://100.64.0.1/jwks'],
    ['https://127.0.0.1/jwks'],
    ['https://[::1]/jwks'],
    ['https://[fd00::1]/jwks'],
    ['https://[::ffff:10.0.0.1]/jwks'],
    ['https://[64:ff9b::a00:1]/jwks'],
  ])('is not asked for a public issuer: %s', async (url) => {
    expect(await literalProblem(url, PUBLIC)).toBe('address');
    expect(await literalProblem(url, 'https://169.254.169.254')).toBe('address');
  });

  it.each([
    ['https://169.254.169.254/jwks'],
    ['https://[fe80::1]/jwks'],
    ['https://[::ffff:169.254.169.254]/jwks'],
    ['https://[64:ff9b::a9fe:a9fe]/jwks'],
    ['https://0.0.0.0/jwks'],
  ])('is not asked for any issuer where it is link-local or reserved: %s', async (url) => {
    expect(await literalProblem(url, PUBLIC)).toBe('address');
    expect(await literalProblem(url, 'https://10.0.0.1')).toBe('address');
    expect(await literalProblem(url, LOOPBACK)).toBe('address');
  });

  it('is named in the error, beside the issuer and nothing of its query', async () => {
    const url = new URL('https://10.0.0.1/jwks?key=canary');
    const issuer = new URL('https://8.8.8.8/?key=canary');
    const error = await errorOf(checkLiteral(url, issuer));
    expect(error.message).toContain('10.0.0.1');
    expect(error.message).not.toContain('canary');
  });

  it('may be private where the issuer is', async () => {
    const provider = await startProvider((_, response) => response.end('{}'));
    for (const issuer of ['http://127.0.0.1', 'https://10.0.0.1', 'http://[::1]']) {
      const response = await createGuardedFetch().fetch(provider.url, {}, new URL(issuer));
      expect(response.status).toBe(200);
    }
  });

  it('is nothing that was connected to before it was refused', async () => {
    const provider = await startProvider((_, response) => response.end('{}'));
    const asked = createGuardedFetch().fetch(provider.url, {}, new URL(PUBLIC));
    expect(await problemOf(asked)).toBe('address');
    expect(provider.requests).toHaveLength(0);
    expect(await provider.connections()).toBe(0);
  });
});
