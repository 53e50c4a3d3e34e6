import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createOidcAuthenticator } from '../src/index.ts';

function refusalOf(changes: object): string {
  try {
    createOidcAuthenticator({ issuer: 'https://id.example.com', audience: 'orders', ...changes });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('the issuer', () => {
  it.each([
    ['http://id.example.com'],
    ['http://10.0.0.1'],
    ['http://localhost.example.com'],
    ['https://alice:canary@id.example.com'],
    ['https://id.example.com/#canary'],
    ['ftp://id.example.com'],
    ['id.example.com'],
    ['//id.example.com'],
  ])('is an https URL: %s is a ConfigError that names it', (issuer) => {
    const message = refusalOf({ issuer });
    expect(message).toMatch(/^issuer: expected an https URL/);
    expect(message).not.toContain('canary');
  });

  it.each([[undefined], [null], [''], [' '], [5], [{}], [['https://id.example.com']]])(
    'is one text: %j is a ConfigError',
    (issuer) => {
      expect(refusalOf({ issuer })).toMatch(/^issuer: expected/);
    },
  );

  it.each([
    ['https://id.example.com'],
    ['https://id.example.com/'],
    ['https://10.0.0.1'],
    ['http://127.0.0.1:8080'],
    ['http://[::1]:8080'],
    ['http://localhost:8080/realms/a'],
  ])('may be %s', (issuer) => {
    const authenticator = createOidcAuthenticator({ issuer, audience: 'orders' });
    expect(authenticator).toMatchObject({ name: 'oidc', schemes: ['bearer'], issuers: [issuer] });
  });

  it('may be http where an option that names the danger names its origin', () => {
    const issuer = 'http://idp.internal:8080/realms/a';
    const http = { dangerouslyAllowHttpFrom: ['http://idp.internal:8080'] };
    expect(() => refusalOf({ issuer, http })).toThrow('expected a ConfigError');
    expect(refusalOf({ issuer })).toContain('http.dangerouslyAllowHttpFrom');
  });
});

describe('the options', () => {
  it.each([
    ['issuers', 'issuer'],
    ['maxAge', 'maxAgeSeconds'],
    ['algorithm', 'algorithms'],
    ['https', 'http'],
  ])('are not misspelt: %s is a ConfigError', (wrong, right) => {
    expect(refusalOf({ [wrong]: 1 })).toMatch(
      new RegExp(`^createOidcAuthenticator: there is no option "${wrong}".*${right}`),
    );
  });

  it('name no place of the keys: that is discovered', () => {
    expect(refusalOf({ jwks: { url: 'https://id.example.com/jwks' } })).toContain('"jwks"');
  });

  it.each([['HS256'], ['HS512']])('allow no secret as a key: %s is a ConfigError', (algorithm) => {
    expect(refusalOf({ algorithms: [algorithm] })).toMatch(/^algorithms: expected .*, received HS/);
  });

  it.each([
    ['maxAgeSeconds', 5],
    ['staleIfErrorSeconds', -1],
    ['report', {}],
    ['audience', ''],
    ['http', { timeoutMs: 0 }],
  ])('are in their ranges: %s of %j is a ConfigError', (name, value) => {
    expect(refusalOf({ [name]: value })).toMatch(new RegExp(`^${name}.*: expected`));
  });
});
