import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

const ENDPOINT = { endpoint: 'https://id.example.com/introspect' };
const CANARY = 'canary-7f3a';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

function errorOf(options: object, location: object = ENDPOINT): Error {
  try {
    createSubject(location, options);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was made');
}

describe('createIntrospectionAuthenticator throws a ConfigError for', () => {
  it.each<readonly [string, object, object, RegExp]>([
    [
      'neither issuer nor endpoint',
      {},
      {},
      /^issuer: expected an issuer or an endpoint, received neither/,
    ],
    ['an issuer by http', { issuer: 'http://id.example.com' }, {}, /^issuer: expected/],
    ['an issuer of no text', { issuer: ' ' }, {}, /^issuer: expected/],
    ['an endpoint by http', { endpoint: 'http://id.example.com/i' }, {}, /^endpoint: expected/],
    ['an endpoint that is no URL', { endpoint: '/introspect' }, {}, /^endpoint: expected/],
    [
      'signed answers of an endpoint',
      ENDPOINT,
      { response: 'jwt' },
      /^response: expected an issuer alone/,
    ],
    [
      'signed answers of an endpoint beside an issuer',
      { ...ENDPOINT, issuer: 'https://id.example.com' },
      { response: 'jwt' },
      /^response: expected .*, received "jwt" with an endpoint/,
    ],
  ])('%s', (_, location, options, message) => {
    const error = errorOf(options, location);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
  });

  it.each<readonly [string, object, RegExp]>([
    ['no client', { clientId: '' }, /^clientId: expected/],
    ['no audience', { audience: undefined }, /^audience: expected/],
    ['an empty list of audiences', { audience: [] }, /^audience: expected/],
    ['an audience of no text', { audience: [''] }, /^audience: expected/],
    ['types that are no list', { tokenTypes: 'bearer' }, /^tokenTypes: expected/],
    ['no types', { tokenTypes: [] }, /^tokenTypes: expected/],
    ['types of no text', { tokenTypes: [''] }, /^tokenTypes: expected/],
    ['undefined among the types', { tokenTypes: [undefined] }, /^tokenTypes: expected/],
    ['another kind of answer', { response: 'xml' }, /^response: expected .*json, jwt/],
    ['no questions at once', { maxConcurrent: 0 }, /^maxConcurrent: expected/],
    ['a long tolerance', { clockToleranceSeconds: 301 }, /^clockToleranceSeconds: expected/],
    ['too many at once', { maxConcurrent: 1025 }, /^maxConcurrent: expected/],
    ['a cache that is true', { cache: true }, /^cache: expected/],
    ['a cache that is null', { cache: null }, /^cache: expected/],
    [
      'a cache of tokens',
      { cache: { keepTokens: true } },
      /^cache\.keepTokens: expected .*digests/,
    ],
    ['a cache without end', { cache: { maxAgeSeconds: 1e9 } }, /^maxAgeSeconds: expected/],
    ['a cache with what is no option', { cache: { ttl: 5 } }, /"ttl"/],
    ['a time limit of 0', { http: { timeoutMs: 0 } }, /^http\.timeoutMs: expected/],
    ['a schema that is none', { claims: {} }, /^claims: expected/],
    ['a subject claim of no text', { subjectClaim: 5 }, /^subjectClaim: expected/],
    ['scope claims of no text', { scopeClaims: [1] }, /^scopeClaims: expected/],
    ['a clock that is none', { clock: Date.now }, /^clock: expected/],
    ['a report that is no function', { report: 'log' }, /^report: expected/],
    ['a misspelt option', { audiences: ['orders'] }, /did you mean "audience"/],
    ['a name of no text', { name: ' ' }, /^name: expected/],
  ])('%s', (_, options, message) => {
    const error = errorOf(options);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['none', undefined, /clientAuthentication\.method/],
    ['no method', { secret: CANARY }, /clientAuthentication\.method/],
    ['an unknown method', { method: 'none' }, /one of client_secret_basic/],
    ['the method __proto__', { method: '__proto__', secret: CANARY }, /\.method/],
    ['no secret', { method: 'client_secret_basic' }, /\.secret/],
    ['an empty secret', { method: 'client_secret_post', secret: '' }, /\.secret/],
    ['bytes as secret', { method: 'client_secret_jwt', secret: randomBytes(32) }, /32 bytes/],
    ['digits as secret', { method: 'client_secret_basic', secret: 12_345_678 }, /a number/],
    [
      'a key for a secret',
      { method: 'client_secret_basic', secret: CANARY, key: privateKey },
      /no option "key"/,
    ],
    [
      'another audience of the assertion',
      { method: 'private_key_jwt', key: privateKey, assertionAudience: 'token' },
      /\.assertionAudience: expected one of issuer, endpoint, received "token"/,
    ],
    [
      'an audience without an assertion',
      { method: 'client_secret_basic', secret: CANARY, assertionAudience: 'issuer' },
      /no option "assertionAudience"/,
    ],
    ['no key', { method: 'private_key_jwt' }, /\.key/],
    ['text as key', { method: 'private_key_jwt', key: CANARY }, /a string of 11 characters/],
    ['a public key', { method: 'private_key_jwt', key: publicKey }, /\.key/],
    [
      'a key of another curve',
      {
        method: 'private_key_jwt',
        key: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      },
      /\.key.*P-256/,
    ],
    [
      'a key that signs nothing',
      { method: 'private_key_jwt', key: generateKeyPairSync('x25519').privateKey },
      /x25519/,
    ],
    ['no certificate', { method: 'tls_client_auth', key: CANARY }, /\.cert/],
    [
      'a certificate without its key',
      { method: 'tls_client_auth', cert: '-----BEGIN CERTIFICATE-----' },
      /\.key/,
    ],
    [
      'a key that is no PEM',
      { method: 'tls_client_auth', cert: '-----BEGIN CERTIFICATE-----', key: CANARY },
      /a string of 11 characters/,
    ],
  ])('%s as client authentication, and shows nothing of it', (_, clientAuthentication, message) => {
    const error = errorOf({ clientAuthentication });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
    expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/canary|12345678/);
  });
});

describe('an authenticator by introspection', () => {
  it('says who it is, and for whom it answers', () => {
    const issuer = 'https://id.example.com';
    const named = createSubject({ issuer }, { name: 'opaque' }).authenticator;
    expect({ name: named.name, issuers: named.issuers, schemes: named.schemes }).toEqual({
      name: 'opaque',
      issuers: [issuer],
      schemes: ['bearer'],
    });
    expect(createSubject(ENDPOINT).authenticator).toMatchObject({
      name: 'introspection',
      issuers: [],
    });
  });

  it('asks nobody until it is asked', async () => {
    const provider = await startProvider();
    createSubject({ issuer: provider.origin });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(provider.paths).toEqual([]);
  });

  it('copies its options: a change to them afterwards changes nothing', async () => {
    const provider = await startProvider();
    const audience: [string, ...string[]] = ['billing'];
    const tokenTypes = ['mac'];
    const clientAuthentication = { method: 'client_secret_post', secret: 'first' } as const;
    const options = { audience, tokenTypes, clientAuthentication };
    const { decide } = createSubject(provider, options);
    audience.push('orders');
    tokenTypes.push('bearer');
    Object.assign(clientAuthentication, { secret: 'second' });
    expect(await decide('a')).toBe('invalid_token/type');
    expect(provider.questions[0]?.form.get('client_secret')).toBe('first');
    const accepting = createSubject(provider, { audience });
    audience.length = 1;
    expect(await accepting.decide('a')).toBe('accepted');
  });

  it('says nothing by itself, and may be listened to', () => {
    const { authenticator } = createSubject(ENDPOINT, { cache: false });
    expect(() => authenticator.subscribe(() => undefined)()).not.toThrow();
  });
});
