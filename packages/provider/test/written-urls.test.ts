import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { checkWrittenUrl, type HttpOptions, readHttpOptions } from '../src/index.ts';

function check(url: unknown, options: HttpOptions = {}): URL {
  return checkWrittenUrl('jwks.url', url, readHttpOptions(options));
}

function refusalOf(url: unknown, options?: HttpOptions): string {
  try {
    check(url, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error(`expected a ConfigError for ${String(url)}`);
}

describe('a URL that the operator wrote', () => {
  it.each([
    ['https://id.example.com/jwks'],
    ['https://id.example.com:8443/jwks?tenant=a'],
    ['https://10.0.0.1/jwks'],
    ['https://127.0.0.1/jwks'],
    ['http://127.0.0.1:8080/jwks'],
    ['http://[::1]:8080/jwks'],
    ['http://localhost:8080/jwks'],
  ])('may be %s', (url) => {
    expect(check(url).href).toBe(url);
  });

  it.each([
    ['http://id.example.com/jwks'],
    ['http://10.0.0.1/jwks'],
    ['http://192.168.0.1/jwks'],
    ['http://0.0.0.0/jwks'],
    ['http://169.254.169.254/jwks'],
    ['http://localhost.example.com/jwks'],
    ['http://127.0.0.1.example.com/jwks'],
    ['http://id.example.com#http://127.0.0.1'],
  ])('must be https elsewhere: %s is a ConfigError that names the option', (url) => {
    expect(refusalOf(url)).toMatch(/^jwks\.url: expected an https URL/);
    expect(refusalOf(url)).toContain('http.dangerouslyAllowHttpFrom');
  });

  it.each([
    ['ftp://127.0.0.1/jwks'],
    ['file:///etc/passwd'],
    ['data:application/json,{"keys":[]}'],
    ['javascript:1'],
    ['ws://127.0.0.1/jwks'],
    ['//127.0.0.1/jwks'],
    ['127.0.0.1'],
    ['jwks'],
    [''],
    [undefined],
    [null],
    [5],
    [{ href: 'https://id.example.com' }],
    [['https://id.example.com']],
  ])('is nothing else: %j is a ConfigError', (url) => {
    expect(refusalOf(url)).toMatch(/^jwks\.url: expected an https URL/);
  });

  it.each([
    ['https://alice:canary@id.example.com/jwks'],
    ['https://canary@id.example.com/jwks'],
    ['https://:canary@id.example.com/jwks'],
    ['http://alice:canary@127.0.0.1/jwks'],
  ])('has no user name, and the ConfigError does not show it: %s', (url) => {
    expect(refusalOf(url)).toContain('without user name');
    expect(refusalOf(url)).not.toContain('canary');
  });

  it('has no fragment', () => {
    expect(refusalOf('https://id.example.com/jwks#canary')).not.toContain('canary');
  });

  it('does not show its query where it is refused', () => {
    expect(refusalOf('http://id.example.com/jwks?key=canary')).not.toContain('canary');
  });
});

describe('dangerouslyAllowHttpFrom', () => {
  const options = { dangerouslyAllowHttpFrom: ['http://idp.internal:8080'] };

  it('lets plain http pass from the origins that it writes out', () => {
    expect(check('http://idp.internal:8080/jwks', options).host).toBe('idp.internal:8080');
  });

  it.each([
    ['http://idp.internal/jwks'],
    ['http://idp.internal:8081/jwks'],
    ['http://a.idp.internal:8080/jwks'],
    ['http://idp.internal.example.com:8080/jwks'],
    ['http://10.0.0.1:8080/jwks'],
  ])('and from no other: %s', (url) => {
    expect(refusalOf(url, options)).toMatch(/^jwks\.url: expected/);
  });

  it('lets no user name pass', () => {
    expect(refusalOf('http://a:canary@idp.internal:8080/', options)).not.toContain('canary');
  });

  it.each([
    [['http://idp.internal:8080/']],
    [['http://idp.internal/path']],
    [['https://idp.internal']],
    [['idp.internal']],
    [['*']],
    [['http://*.internal/']],
    [['HTTP://idp.internal']],
    [['http://a:canary@idp.internal']],
    [['http://idp.internal:80']],
    [[5]],
    ['http://idp.internal'],
    [true],
    [{}],
  ])('wants origins: %j is a ConfigError', (origins) => {
    expect(() => readHttpOptions({ dangerouslyAllowHttpFrom: origins as never })).toThrow(
      /^http\.dangerouslyAllowHttpFrom: expected (?!.*canary)/,
    );
  });
});
