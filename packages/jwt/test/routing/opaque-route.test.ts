import {
  type Authenticator,
  AuthError,
  createPrincipal,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { describe, expect, it } from 'vitest';
import { createTenant, decided, routesTo } from '../support/tenants.ts';
import { encodePart } from '../support/signing-key.ts';

const a = createTenant('a');

function createOpaque(answer: () => Verdict | Promise<Verdict> = accept) {
  const asked: string[] = [];
  const authenticator: Authenticator = {
    name: 'opaque',
    authenticate({ token }) {
      asked.push(token);
      return answer();
    },
  };
  return { asked, authenticator };
}
const accept = () =>
  createPrincipal({ authenticator: 'opaque', issuer: 'https://elsewhere.example' });

describe('the opaque route', () => {
  it.each([
    ['without dots', 'mF_9B5f-4.1JqM'],
    ['of three parts that is not a JWT', 'mF_9.B5f-4.1JqM'],
    ['a JWE', `${encodePart({ alg: 'dir' })}..aXY.Y2lwaGVy.dGFn`],
    ['a JWT with padding', `${a.token()}.`],
  ])('gets tokens that are not JWTs, and its verdict is final: %s', async (_, token) => {
    const opaque = createOpaque();
    expect(await decided(routesTo([a], opaque.authenticator), token)).toBe('opaque');
    expect(opaque.asked).toEqual([token]);
    const refusing = createOpaque(async () => new AuthError('invalid_token', 'inactive'));
    expect(await decided(routesTo([a], refusing.authenticator), token)).toBe(
      'invalid_token/inactive',
    );
  });

  it.each([
    ['of a known issuer', a.token(), 'a'],
    ['of a known issuer, forged', `${a.token().slice(0, -8)}AAAAAAAA`, 'invalid_token/signature'],
    ['of an unknown issuer', a.token({ iss: 'https://c.example' }), 'invalid_token/issuer'],
    ['of no issuer', a.token({ iss: undefined }), 'invalid_token/issuer'],
    ['of an issuer in a list', a.token({ iss: [a.issuer] }), 'invalid_token/issuer'],
  ])('never gets a JWT: %s', async (_, token, outcome) => {
    const opaque = createOpaque();
    expect(await decided(routesTo([a], opaque.authenticator), token)).toBe(outcome);
    expect(opaque.asked).toEqual([]);
  });

  it('does not get a scheme that it does not name', async () => {
    const opaque = createOpaque();
    const only = { ...opaque.authenticator, schemes: ['api-key'] };
    const routes = routesTo([a], only);
    expect(routes.schemes).toEqual(['bearer', 'api-key']);
    expect(await decided(routes, 'token', { scheme: 'bearer' })).toBe(
      'missing_credentials/other_scheme',
    );
    expect(opaque.asked).toEqual([]);
    expect(await decided(routes, 'token', { scheme: 'api-key' })).toBe('opaque');
    expect(await decided(routes, a.token(), { scheme: 'api-key' })).toBe(
      'missing_credentials/other_scheme',
    );
    expect(await decided(routes, a.token())).toBe('a');
  });
});
