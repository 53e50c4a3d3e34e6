import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createJwksAuthenticator } from '../src/index.ts';
import { AUDIENCE, createSigner, ISSUER } from './support/signer.ts';

const { jwk } = createSigner('key');
const URL_ON_LOOPBACK = 'http://127.0.0.1:9/jwks';

function refusalOf(changes: object): string {
  try {
    const options = { jwks: { url: URL_ON_LOOPBACK }, issuer: ISSUER, audience: AUDIENCE };
    createJwksAuthenticator({ ...options, ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('the place of the keys', () => {
  it.each([
    ['none', {}],
    ['url and file', { url: URL_ON_LOOPBACK, file: 'jwks.json' }],
    ['url and keys', { url: URL_ON_LOOPBACK, keys: [jwk] }],
    ['file and keys', { file: 'jwks.json', keys: [jwk] }],
    ['url and file and keys', { url: URL_ON_LOOPBACK, file: 'jwks.json', keys: [jwk] }],
    ['url and file', { url: URL_ON_LOOPBACK, file: undefined }],
    ['none', []],
  ])('is one: %s is a ConfigError', (received, jwks) => {
    expect(refusalOf({ jwks })).toBe(
      `jwks: expected one of url, file and keys, received ${received}`,
    );
  });

  it.each([[undefined], [null], [URL_ON_LOOPBACK], [5]])(
    'is an object: %j is a ConfigError',
    (jwks) => {
      expect(refusalOf({ jwks })).toMatch(/^jwks: expected/);
    },
  );

  it.each([
    ['uri', 'there is no option "uri"; did you mean "url"?'],
    ['URL', 'there is no option "URL"; did you mean "url"?'],
    ['key', 'there is no option "key"; did you mean "keys"?'],
  ])('is not misspelt: %s is a ConfigError', (name, message) => {
    expect(refusalOf({ jwks: { [name]: URL_ON_LOOPBACK } })).toBe(`jwks: ${message}`);
  });

  it.each([
    ['http://id.example.com/jwks'],
    ['http://10.0.0.1/jwks'],
    ['http://169.254.169.254/jwks'],
    ['https://alice:canary@id.example.com/jwks'],
    ['ftp://id.example.com/jwks'],
    ['file:///etc/passwd'],
    ['id.example.com/jwks'],
    [''],
    [undefined],
    [{}],
  ])('is https: %s is a ConfigError that names jwks.url', (url) => {
    const message = refusalOf({ jwks: { url } });
    expect(message).toMatch(/^jwks\.url: expected an https URL/);
    expect(message).not.toContain('canary');
  });

  it.each([
    ['https://id.example.com/jwks'],
    ['http://127.0.0.1:9/jwks'],
    ['http://[::1]:9/jwks'],
    ['http://localhost:9/jwks'],
  ])('may be %s', (url) => {
    expect(() => refusalOf({ jwks: { url } })).toThrow('expected a ConfigError');
  });

  it('may be http where an option that names the danger names the origin', () => {
    const jwks = { url: 'http://idp.internal:8080/jwks' };
    const http = { dangerouslyAllowHttpFrom: ['http://idp.internal:8080'] };
    expect(() => refusalOf({ jwks, http })).toThrow('expected a ConfigError');
    expect(refusalOf({ jwks, http: { dangerouslyAllowHttpFrom: [] } })).toMatch(
      /^jwks\.url: expected/,
    );
  });

  it.each([[''], [' '], [5], [null], [undefined]])(
    'as a file has a name: %j is a ConfigError',
    (file) => {
      expect(refusalOf({ jwks: { file } })).toMatch(/^jwks\.file: expected/);
    },
  );
});

describe('the options', () => {
  it.each([
    ['maxAgeSecond', 'maxAgeSeconds'],
    ['staleIfErrorSecond', 'staleIfErrorSeconds'],
    ['reports', 'report'],
    ['audiences', 'audience'],
    ['https', 'http'],
    ['jwk', 'jwks'],
  ])('are not misspelt: %s is a ConfigError that knows %s', (wrong, right) => {
    expect(refusalOf({ [wrong]: 1 })).toBe(
      `createJwksAuthenticator: there is no option "${wrong}"; did you mean "${right}"?`,
    );
  });

  it.each([
    ['maxAgeSeconds', 59, '60 to 3600'],
    ['maxAgeSeconds', 3601, '60 to 3600'],
    ['maxAgeSeconds', '600', '60 to 3600'],
    ['maxAgeSeconds', Number.NaN, '60 to 3600'],
    ['staleIfErrorSeconds', -1, '0 to 86400'],
    ['staleIfErrorSeconds', 86_401, '0 to 86400'],
    ['staleIfErrorSeconds', Number.POSITIVE_INFINITY, '0 to 86400'],
    ['report', 'console', 'a function'],
    ['report', {}, 'a function'],
  ])('are in their ranges: %s of %j is a ConfigError', (name, value, expected) => {
    const message = refusalOf({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name}: expected .*, received `));
    expect(message).toContain(expected);
  });

  it('of http are checked with the others', () => {
    expect(refusalOf({ http: { timeoutMs: 0 } })).toMatch(/^http\.timeoutMs: expected/);
    expect(refusalOf({ http: { timeout: 5 } })).toContain('did you mean "timeoutMs"?');
  });

  it.each([['HS256'], ['HS384'], ['HS512']])(
    'allow no algorithm whose key is a secret: %s is a ConfigError',
    (algorithm) => {
      const message = refusalOf({ algorithms: ['RS256', algorithm] });
      expect(message).toMatch(/^algorithms: expected asymmetric algorithms.*, received HS\d+$/);
    },
  );

  it.each([['none'], ['RSA-OAEP'], ['rs256']])('allow no other algorithm: %s', (algorithm) => {
    expect(refusalOf({ algorithms: [algorithm] })).toMatch(/\balgorithms\b/);
  });

  it('name the authenticator', () => {
    const options = { jwks: { keys: [jwk] }, issuer: ISSUER, audience: AUDIENCE } as const;
    expect(createJwksAuthenticator(options)).toMatchObject({
      name: 'jwks',
      schemes: ['bearer'],
      issuers: [ISSUER],
    });
    expect(createJwksAuthenticator({ ...options, name: 'partner' }).name).toBe('partner');
  });
});
