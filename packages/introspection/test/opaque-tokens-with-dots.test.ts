import {
  anyOf,
  type AuthenticationContext,
  AuthError,
  type Authenticator,
} from '@grpc-authn/core/authenticator';
import { byIssuer, createJwtAuthenticator, importKeySet } from '@grpc-authn/jwt';
import { describe, expect, it } from 'vitest';
import { startProvider } from './support/provider-server.ts';
import { createSubject } from './support/test-authenticator.ts';

const context: AuthenticationContext = {
  method: '/a.B/C',
  signal: new AbortController().signal,
};
const ISSUER = 'https://id.example.com';
const jwks = createJwtAuthenticator({
  name: 'jwks',
  keys: importKeySet({ keys: [] }),
  issuer: ISSUER,
  audience: 'orders',
});

async function decide(authenticator: Authenticator<object>, token: string): Promise<string> {
  const verdict = await authenticator.authenticate({ scheme: 'bearer', token }, context);
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : verdict.authenticator;
}

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const OPAQUE = [
  ['without a dot', 'opaque'],
  ['with one dot', 'ory_at_abc.def'],
  ['with two dots', 'v1.abcde.fghij'],
  ['with two dots, of whole base64url groups', 'abcd.efgh.ijkl'],
  ['with two dots and JSON that is no object', `${json('a')}.${json([])}.AAAA`],
  ['with two dots and padding', 'abcd.efgh.ijk='],
  ['with three dots', 'a.b.c.d'],
  ['with four dots', 'a.b.c.d.e'],
  ['with five dots', 'a.b.c.d.e.f'],
] as const;

describe('an opaque token', () => {
  it.each(OPAQUE)(
    'is sent to the provider whatever the order of anyOf is: %s',
    async (_, token) => {
      const provider = await startProvider();
      const introspection = createSubject(provider).authenticator;
      expect(await decide(anyOf(introspection, jwks), token)).toBe('introspection');
      expect(await decide(anyOf(jwks, introspection), token)).toBe('introspection');
    },
  );

  it.each(OPAQUE)('of the same issuer is sent by byIssuer: %s', async (_, token) => {
    const { endpoint } = await startProvider();
    const introspection = createSubject({ endpoint, issuer: ISSUER }).authenticator;
    const routed = byIssuer<Authenticator<object>>({ [ISSUER]: jwks }, { opaque: introspection });
    expect(await decide(routed, token)).toBe('introspection');
    expect(() => anyOf(jwks, introspection)).toThrow(
      `use byIssuer({ "${ISSUER}": jwks }, { opaque: introspection })`,
    );
  });
});

describe('a JWT of the first authenticator', () => {
  it('is not sent to the provider, although its signature is wrong', async () => {
    const provider = await startProvider();
    const claims = { iss: ISSUER, aud: 'orders', exp: 9_000_000_000 };
    const token = `${json({ alg: 'RS256', kid: 'x' })}.${json(claims)}.AAAA`;
    const composed = anyOf(jwks, createSubject(provider).authenticator);
    expect(await decide(composed, token)).toBe('invalid_token/unknown_key');
    expect(provider.questions).toEqual([]);
  });
});
