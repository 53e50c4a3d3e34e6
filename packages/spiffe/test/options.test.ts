import { ConfigError } from '@grpc-authn/core/authenticator';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { describe, expect, it } from 'vitest';
import { createSpiffeAuthenticator } from '../src/index.ts';
import { bundleKey, createSigningKey } from './support/trust-domain.ts';

const key = createSigningKey('ES256', 'main');
const good = {
  trustDomain: 'acme.example',
  bundle: { keys: [bundleKey(key)] },
  audience: 'orders',
};

function problemOf(options: object): string {
  try {
    createSpiffeAuthenticator({ ...good, ...options });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path }) => path).join();
    throw error;
  }
  return 'none';
}

describe('createSpiffeAuthenticator throws a ConfigError', () => {
  it.each<readonly [string, object]>([
    ['none', {}],
    ['none', { bundle: { url: 'https://spire.example/bundle' } }],
    ['none', { bundle: { file: '/run/bundle.json' } }],
    ['none', { audience: ['orders', 'spiffe://acme.example/orders'] }],
    ['none', { algorithms: ['ES256'] }],
    ['trustDomain', { trustDomain: undefined }],
    ['trustDomain', { trustDomain: 'spiffe://acme.example' }],
    ['trustDomain', { trustDomain: 'ACME.example' }],
    ['trustDomain', { trustDomain: 'acme.example:443' }],
    ['trustDomain', { trustDomain: 'acme.example/ns' }],
    ['trustDomain', { trustDomain: 'a'.repeat(256) }],
    ['audience', { audience: undefined }],
    ['audience', { audience: [] }],
    ['audience', { audience: { claim: 'azp', values: ['orders'] } }],
    ['allow', { allow: [] }],
    ['allow[0]', { allow: ['*'] }],
    ['allow[0]', { allow: ['spiffe://acme.example/ns*'] }],
    ['allow[0]', { allow: ['spiffe://acme.example/*/web'] }],
    ['allow[0]', { allow: ['spiffe://acme.example/ns//*'] }],
    ['allow[0]', { allow: ['spiffe://acme.example/'] }],
    ['allow[1]', { allow: ['spiffe://acme.example/a', 'spiffe://other.example/*'] }],
    ['allow[0]', { allow: ['spiffe://acme.example.evil/*'] }],
    ['algorithms', { algorithms: ['EdDSA'] }],
    ['algorithms', { algorithms: ['ES256', 'HS256'] }],
    ['algorithms', { algorithms: ['none'] }],
    ['bundle', { bundle: {} }],
    ['bundle', { bundle: undefined }],
    ['bundle', { bundle: { url: 'https://a.example', file: 'a' } }],
    ['bundle', { bundle: { uri: 'https://a.example' } }],
    ['bundle.url', { bundle: { url: 'http://spire.example/bundle' } }],
    ['bundle.url', { bundle: { url: 'https://user:secret@spire.example/' } }],
    ['bundle.file', { bundle: { file: '' } }],
    ['bundle.keys', { bundle: { keys: 'a' } }],
    ['bundle.keys', { bundle: { keys: [] } }],
    ['report', { report: 'a' }],
    ['claims', { claims: {} }],
    ['createSpiffeAuthenticator', { issuer: 'https://a.example' }],
  ])('at %s: %j', (path, options) => {
    expect(problemOf(options)).toBe(path);
  });

  it.each<readonly [string, object, RegExp]>([
    ['for X.509-SVIDs', { use: 'x509-svid' }, /none is for JWT-SVIDs/],
    ['without use', { use: undefined }, /none is for JWT-SVIDs/],
    ['of another use', { use: 'sig' }, /none is for JWT-SVIDs/],
    ['of another case', { use: 'JWT-SVID' }, /none is for JWT-SVIDs/],
    ['without kid', { kid: undefined }, /its kid is not a string/],
    ['with an empty kid', { kid: '' }, /its kid is not a string/],
    ['with private members', { d: 'canary' }, /private members/],
    ['that is a secret', { kty: 'oct', k: 'a'.repeat(64) }, /it is a secret/],
    ['for encryption', { key_ops: ['encrypt'] }, /key_ops/],
  ])('for a bundle whose only key is one %s', (_, changes, message) => {
    const keys = [JSON.parse(JSON.stringify(bundleKey(key, changes))) as object];
    const make = (): unknown => createSpiffeAuthenticator({ ...good, bundle: { keys } });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
    expect(make).not.toThrow('canary');
  });
});

describe('a key of a bundle', () => {
  it('is refused by other adapters', () => {
    const jwks = { keys: [bundleKey(key)] };
    expect(() =>
      createJwksAuthenticator({ jwks, issuer: 'https://a.example', audience: 'orders' }),
    ).toThrow(/its use is not "sig"/);
  });
});
