import { AuthError } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createJwtAuthenticator } from '../src/index.ts';
import { createSigningKey, signJws } from './support/signing-key.ts';
import {
  AUDIENCE,
  claims,
  clock,
  context,
  decide,
  header,
  ISSUER,
  key,
  keySetOf,
  NOW_SECONDS,
  token,
} from './support/test-authenticator.ts';

const es384 = createSigningKey('ES384');

/** Options as a program may hold them: all of it can be changed. */
function createMutable() {
  return {
    name: 'test',
    keys: keySetOf(key, es384),
    issuer: [ISSUER],
    audience: [AUDIENCE] as string[] | { claim: string; values: string[] },
    algorithms: ['EdDSA'],
    tokenUse: 'access',
    typ: ['at+jwt'] as (string | null)[],
    clockToleranceSeconds: 5,
    maxTokenAgeSeconds: 600,
    requiredClaims: ['sub'],
    subjectClaim: 'sub',
    scopeClaims: ['scope'],
    clientIdClaims: ['cid'],
    claims: undefined as unknown,
    clock,
  };
}

type Mutable = ReturnType<typeof createMutable>;

const EVIL = 'https://attacker.example';

const MUTATIONS: readonly (readonly [string, (options: Mutable) => void, string])[] = [
  ['an issuer is added', (options) => options.issuer.push(EVIL), token({ iss: EVIL })],
  ['the issuers are replaced', (options) => (options.issuer = [EVIL]), token({ iss: EVIL })],
  [
    'an audience is added',
    (options) => (options.audience as string[]).push('billing'),
    token({ aud: 'billing' }),
  ],
  [
    'an algorithm is added',
    (options) => options.algorithms.push('ES384'),
    signJws(es384, header({ alg: 'ES384', kid: 'ES384' }), claims()),
  ],
  ['a type is added', (options) => options.typ.push(null), token({}, { typ: undefined })],
  ['the token use is changed', (options) => (options.tokenUse = 'id'), token({ token_use: 'id' })],
  [
    'the tolerance is changed',
    (options) => (options.clockToleranceSeconds = 300),
    token({ exp: NOW_SECONDS - 10 }),
  ],
  [
    'the age is changed',
    (options) => (options.maxTokenAgeSeconds = 1e9),
    token({ iat: NOW_SECONDS - 1000 }),
  ],
  [
    'a required claim is removed',
    (options) => (options.requiredClaims.length = 0),
    token({ sub: undefined }),
  ],
  [
    'the key set is replaced',
    (options) => (options.keys = keySetOf(createSigningKey('EdDSA', 'evil'))),
    token({}, { kid: 'evil' }),
  ],
];

describe('an authenticator', () => {
  it.each(MUTATIONS)('does not change when %s', async (_, mutate, jwt) => {
    const options = createMutable();
    const authenticator = createJwtAuthenticator(options as never);
    mutate(options);
    const verdict = await authenticator.authenticate({ scheme: 'bearer', token: jwt }, context);
    expect(AuthError.is(verdict)).toBe(true);
    const good = await authenticator.authenticate({ scheme: 'bearer', token: token() }, context);
    expect(AuthError.is(good)).toBe(false);
  });

  it('copies the audience values, the names of claims and the schema', async () => {
    const audience = { claim: 'aud', values: [AUDIENCE] };
    const options = { ...createMutable(), audience };
    const authenticator = createJwtAuthenticator(options as never);
    audience.values.push('billing');
    audience.claim = 'sub';
    options.subjectClaim = 'email';
    options.scopeClaims.unshift('roles');
    options.clientIdClaims.push('app');
    options.claims = 5;
    options.name = 'evil';
    const decideNow = (jwt: string) =>
      authenticator.authenticate({ scheme: 'bearer', token: jwt }, context);
    expect(await decideNow(token({ aud: 'billing' }))).toMatchObject({ reason: 'audience' });
    expect(
      await decideNow(token({ scope: 'read', roles: ['admin'], app: 'web', email: 'm@x.example' })),
    ).toMatchObject({
      subject: 'alice',
      scopes: ['read'],
      clientId: undefined,
      authenticator: 'test',
    });
  });

  it('cannot be changed through its properties', async () => {
    const options = createMutable();
    const authenticator = createJwtAuthenticator(options as never);
    expect(() => (authenticator.issuers as string[]).push(EVIL)).toThrow(TypeError);
    expect(() => (authenticator.schemes as string[]).push('dpop')).toThrow(TypeError);
    expect(await decide(token({ iss: EVIL }))).toBe('invalid_token/issuer');
  });
});
