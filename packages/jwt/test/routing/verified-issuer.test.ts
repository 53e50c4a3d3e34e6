import { type Authenticator, AuthError, createPrincipal } from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { byIssuer, createJwtAuthenticator } from '../../src/index.ts';
import { createSigningKey, signJws } from '../support/signing-key.ts';
import { createTenant, decided } from '../support/tenants.ts';
import { AUDIENCE, claims, clock, context, keySetOf } from '../support/test-authenticator.ts';

const ISSUER = 'https://a.example';
const token = createTenant('a').token();

/** Lists no issuers, and returns principals of this issuer. */
function verifyingFor(issuer: string | undefined, later: boolean): Authenticator {
  const principal = createPrincipal({ authenticator: 'route', issuer });
  return { name: 'route', authenticate: () => (later ? Promise.resolve(principal) : principal) };
}

describe.each([
  ['at once', false],
  ['later', true],
])('a route that answers %s', (_, later) => {
  it('is accepted if it verified its own issuer', async () => {
    expect(await decided(byIssuer({ [ISSUER]: verifyingFor(ISSUER, later) }), token)).toBe('route');
  });

  it.each([['https://b.example'], [`${ISSUER}/`], [undefined]])(
    'is not believed where it verified another: %s',
    async (issuer) => {
      const routes = byIssuer({ [ISSUER]: verifyingFor(issuer, later) });
      expect(await decided(routes, token)).toBe('invalid_token/issuer');
    },
  );
});

describe('an authenticator of two issuers', () => {
  const key = createSigningKey('EdDSA', 'main');
  const names = [ISSUER, 'https://old.a.example'] as const;
  const authenticator = createJwtAuthenticator({
    name: 'renamed',
    keys: keySetOf(key),
    issuer: names,
    audience: AUDIENCE,
    clock,
  });
  const signed = (iss: string) => signJws(key, { alg: 'EdDSA', kid: 'main' }, claims({ iss }));

  it('can be the route of both', async () => {
    const routes = byIssuer({ [names[0]]: authenticator, [names[1]]: authenticator });
    for (const iss of names) expect(await decided(routes, signed(iss))).toBe('renamed');
    expect(routes.name).toBe('byIssuer(renamed)');
  });

  it('is used only for the issuer that has a route', async () => {
    const routes = byIssuer({ [names[0]]: authenticator });
    expect(await decided(routes, signed(names[1]))).toBe('invalid_token/issuer');
  });
});

describe('the answer of a route', () => {
  it.each([
    ['a refusal', new AuthError('invalid_token', 'revoked')],
    ['an outage', new AuthError('unavailable', 'jwks', { retryAfterMs: 5 })],
    ['an invalid answer', { issuer: ISSUER }],
    ['nothing', undefined],
  ])('is passed on unchanged: %s', async (_, answer) => {
    const atOnce = { name: 'route', authenticate: () => answer as never };
    const later = { name: 'route', authenticate: async () => answer as never };
    const credentials = { scheme: 'bearer', token };
    expect(byIssuer({ [ISSUER]: atOnce }).authenticate(credentials, context)).toBe(answer);
    expect(await byIssuer({ [ISSUER]: later }).authenticate(credentials, context)).toBe(answer);
  });

  it('gets the same credentials and context objects', () => {
    const handed: unknown[] = [];
    const route: Authenticator = {
      name: 'route',
      authenticate: (...call) => {
        handed.push(...call);
        return new AuthError('invalid_token', 'claim');
      },
    };
    const credentials = { scheme: 'bearer', token };
    void byIssuer({ [ISSUER]: route }).authenticate(credentials, context);
    expect(handed[0]).toBe(credentials);
    expect(handed[1]).toBe(context);
  });
});
