import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createFakeClock } from '@grpc-authn/testing';
import { describe, expect, it } from 'vitest';
import { ACTIVE } from './support/provider-server.ts';
import { SIGNED, type SigningProvider, startSigningProvider } from './support/signed-answer.ts';
import { causeOf, createSubject } from './support/test-authenticator.ts';

type Changes = Parameters<SigningProvider['sign']>[0];

const createSigned = ({ origin }: SigningProvider) =>
  createSubject({ issuer: origin }, { response: 'jwt' });
const nowSeconds = Math.floor(Date.now() / 1000);

describe('a signed answer', () => {
  it('is asked for, and believed', async () => {
    const provider = await startSigningProvider();
    const principal = await createSigned(provider).principal('token');
    expect(provider.questions[0]?.headers.accept).toBe(SIGNED);
    expect(principal).toMatchObject({ subject: 'alice', audience: ['orders'] });
    // What the provider says of the token, not what it says of its answer.
    expect(principal.claims).toEqual(ACTIVE);
  });

  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const)('may be signed by %s', async (alg, pair) => {
    const provider = await startSigningProvider(alg, pair);
    expect(await createSigned(provider).decide('token')).toBe('accepted');
  });

  it.each([
    ['not active', { active: false }, 'inactive'],
    ['of another audience', { aud: 'billing' }, 'audience'],
    ['of no type', { token_type: undefined }, 'type'],
    ['expired', { exp: nowSeconds - 60 }, 'expired'],
  ])('is held to the rules of every answer: %s', async (_, changes, reason) => {
    const provider = await startSigningProvider();
    await provider.sign({ claims: { token_introspection: { ...ACTIVE, ...changes } } });
    expect(await createSigned(provider).decide('token')).toBe(`invalid_token/${reason}`);
  });

  it.each<readonly [string, Changes]>([
    ['another type', { header: { typ: 'JWT' } }],
    ["an access token's type", { header: { typ: 'at+jwt' } }],
    ['no type', { header: { typ: undefined } }],
    ['another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['another audience', { claims: { aud: 'somebody-else' } }],
    ['other audiences', { claims: { aud: ['a', 'b'] } }],
    ['the audience of the token', { claims: { aud: 'orders' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['the signature of another key', { key: generateKeyPairSync('ed25519').privateKey }],
    ['a key that nobody published', { header: { kid: 'other' } }],
    ['a header that must be understood', { header: { crit: ['b64'], b64: true } }],
    ['no time', { claims: { iat: undefined } }],
    ['a time that is text', { claims: { iat: String(nowSeconds) } }],
    ['a time two minutes ago', { claims: { iat: nowSeconds - 120 } }],
    ['a time in two minutes', { claims: { iat: nowSeconds + 120 } }],
    ['an expiry that is over', { claims: { exp: nowSeconds - 120 } }],
    ['no introspection', { claims: { token_introspection: undefined, ...ACTIVE } }],
    ['an introspection in a list', { claims: { token_introspection: [ACTIVE] } }],
    ['another content type', { contentType: 'application/jwt' }],
    ['the content type of JSON', { contentType: 'application/json' }],
    ['no signature', { spoil: (jwt) => `${jwt.split('.').slice(0, 2).join('.')}.` }],
    ['a fourth part', { spoil: (jwt) => `${jwt}.AA` }],
    ['no JWT', { spoil: () => 'active' }],
    [
      'the algorithm none',
      {
        spoil: (jwt) => {
          const header = { alg: 'none', typ: 'token-introspection+jwt' };
          return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${jwt.split('.')[1]}.`;
        },
      },
    ],
  ])('is an outage with %s', async (_, changes) => {
    const provider = await startSigningProvider();
    await provider.sign(changes);
    expect(await createSigned(provider).refusal('token')).toMatchObject({
      code: 'unavailable',
      reason: 'introspection',
    });
  });

  it('is an outage where a secret signed it, even our own', async () => {
    const provider = await startSigningProvider();
    await provider.sign({ header: { alg: 'HS256' }, key: randomBytes(32) });
    expect(await createSigned(provider).decide('token')).toBe('unavailable/introspection');
  });

  it.each([
    ['RS512', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ] as const)('is an outage by an algorithm that is not ours: %s', async (alg, pair) => {
    const provider = await startSigningProvider(alg, pair);
    expect(await createSigned(provider).decide('token')).toBe('unavailable/introspection');
  });

  it('takes no algorithm from the metadata', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const provider = await startSigningProvider('RS512', pair);
    provider.publish('/.well-known/openid-configuration', {
      issuer: provider.origin,
      introspection_endpoint: provider.endpoint,
      jwks_uri: `${provider.origin}/jwks`,
      introspection_signing_alg_values_supported: ['RS512'],
    });
    expect(await createSigned(provider).decide('token')).toBe('unavailable/introspection');
  });

  it.each([
    ['59 s ago', -59, 'accepted'],
    ['61 s ago', -61, 'unavailable/introspection'],
    ['in 59 s', 59, 'accepted'],
    ['in 61 s', 61, 'unavailable/introspection'],
  ])('is fresh for a minute: %s', async (_, offset, outcome) => {
    const clock = createFakeClock(nowSeconds * 1000);
    const provider = await startSigningProvider();
    await provider.sign({ claims: { iat: nowSeconds + offset } });
    const options = { response: 'jwt', clock } as const;
    expect(await createSubject({ issuer: provider.origin }, options).decide('token')).toBe(outcome);
  });
});

describe('where signed answers are configured', () => {
  it('plain JSON is an outage, whether active or not', async () => {
    const provider = await startSigningProvider();
    const { decide } = createSigned(provider);
    provider.say(ACTIVE);
    expect(await decide('a')).toBe('unavailable/introspection');
    provider.say({ active: false });
    expect(await decide('b')).toBe('unavailable/introspection');
    provider.say(ACTIVE, 200, { 'content-type': SIGNED });
    expect(await decide('c')).toBe('unavailable/introspection');
  });

  it.each([
    [400, { error: 'invalid_request' }],
    [401, { error: 'invalid_client' }],
    [403, {}],
    [404, {}],
    [500, {}],
    [200, '<html>keys</html>'],
    [200, []],
    [200, {}],
  ])('keys that cannot be had are an outage, and no fault of ours: %i %j', async (status, body) => {
    const provider = await startSigningProvider();
    provider.publish('/jwks', body, status);
    const { decide, events } = createSigned(provider);
    expect(await decide('token')).toBe('unavailable/introspection');
    expect(events).toEqual([]);
  });

  it.each([
    ['nowhere', undefined],
    ['at an address of no business', 'https://169.254.169.254/jwks'],
    ['by http elsewhere', 'http://id.example.com/jwks'],
  ])('metadata whose keys are %s are an outage, before anything is asked', async (_, jwks_uri) => {
    const provider = await startSigningProvider();
    provider.publish('/.well-known/openid-configuration', {
      issuer: provider.origin,
      introspection_endpoint: provider.endpoint,
      jwks_uri,
    });
    expect(await createSigned(provider).decide('token')).toBe('unavailable/discovery');
    expect(provider.questions).toEqual([]);
  });

  it('the keys are fetched once', async () => {
    const provider = await startSigningProvider();
    const { decide } = createSigned(provider);
    for (const token of ['a', 'b', 'c']) expect(await decide(token)).toBe('accepted');
    expect(provider.paths.filter((path) => path === '/jwks')).toHaveLength(1);
  });
});

it('an answer with an invalid signature is an outage, not a rejection of the token', async () => {
  const provider = await startSigningProvider();
  await provider.sign({
    claims: { token_introspection: { active: 'x' } },
    key: generateKeyPairSync('ed25519').privateKey,
  });
  expect(await createSigned(provider).decide('token')).toBe('unavailable/introspection');
});

it('a signed answer may call EdDSA by the name of its curve', async () => {
  const provider = await startSigningProvider('Ed25519');
  expect(await createSigned(provider).decide('token')).toBe('accepted');
});

describe('without response: "jwt"', () => {
  it('a signed answer is an outage, because its signature would not be verified', async () => {
    const provider = await startSigningProvider();
    await provider.sign({ key: generateKeyPairSync('ed25519').privateKey });
    const { refusal } = createSubject({ issuer: provider.origin });
    const error = await refusal('token');
    expect(error).toMatchObject({ code: 'unavailable', reason: 'introspection' });
    expect(causeOf(error)).toContain('not an introspection response');
  });
});
