import {
  anyOf,
  type Authenticator,
  AuthError,
  ConfigError,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { createJwtAuthenticator, importKeySet } from '@grpc-authn/jwt';
import { startTestIssuer, type TestIssuer } from '@grpc-authn/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSubject } from './support/test-authenticator.ts';

let issuer: TestIssuer;
let other: TestIssuer;
beforeEach(async () => {
  [issuer, other] = await Promise.all([startTestIssuer(), startTestIssuer()]);
  return () => Promise.all([issuer.close(), other.close()]);
});

/** Verifies the JWTs of the other issuer, with its keys. */
async function createJwks(name = 'jwks', of: TestIssuer = other): Promise<Authenticator> {
  const response = await fetch(of.jwksUri);
  const keys = importKeySet((await response.json()) as { keys: unknown[] });
  return createJwtAuthenticator({ name, keys, issuer: of.issuer, audience: 'orders' });
}

async function decide(authenticator: Authenticator<object>, token: string): Promise<string> {
  const { signal } = new AbortController();
  const context = { method: '/orders.v1.Orders/List', signal };
  const verdict: Verdict<object> = await authenticator.authenticate(
    { scheme: 'bearer', token },
    context,
  );
  return AuthError.is(verdict) ? `${verdict.code}/${verdict.reason}` : verdict.authenticator;
}

const NOTHING = { discovery: 0, jwks: 0, introspection: 0 };

describe('a JWT of another issuer', () => {
  it('is refused as such, without a promise, before anything is sent', async () => {
    const { authenticator } = createSubject({ issuer: issuer.issuer });
    const { signal } = new AbortController();
    const token = await other.sign({ aud: 'orders' });
    expect(
      authenticator.authenticate({ scheme: 'bearer', token }, { method: '', signal }),
    ).toMatchObject({ code: 'invalid_token', reason: 'issuer', tokenExpired: false });
    expect(issuer.requests).toEqual(NOTHING);
  });

  it('is reported as expired if it has expired', async () => {
    const { refusal } = createSubject({ issuer: issuer.issuer });
    const nowSeconds = Math.floor(Date.now() / 1000);
    const expired = await other.sign({ iat: nowSeconds - 60, exp: nowSeconds - 5 });
    expect(await refusal(expired)).toMatchObject({ reason: 'issuer', tokenExpired: true });
    const odd = await other.sign({ exp: '0' });
    expect(await refusal(odd)).toMatchObject({ reason: 'issuer', tokenExpired: false });
  });

  it('is so too where the endpoint is named beside the issuer', async () => {
    const location = { issuer: issuer.issuer, endpoint: issuer.introspectionEndpoint };
    const token = await other.sign({ aud: 'orders' });
    expect(await decide(createSubject(location).authenticator, token)).toBe('invalid_token/issuer');
    expect(issuer.requests).toEqual(NOTHING);
  });

  it('is asked about where we know no issuer to tell it from', async () => {
    const { authenticator } = createSubject({ endpoint: issuer.introspectionEndpoint });
    expect(await decide(authenticator, await other.sign())).toBe('invalid_token/inactive');
    expect(issuer.requests.introspection).toBe(1);
  });
});

describe('a token that may be ours is asked about:', () => {
  it.each<readonly [string, () => Promise<string> | string]>([
    ['a JWT of our issuer', () => issuer.sign()],
    ['a JWT of no issuer', () => issuer.sign({ iss: undefined } as never)],
    ['a JWT of an issuer in a list', () => issuer.sign({ iss: [issuer.issuer] })],
    ['three parts that are no JWT', () => 'mF_9.B5f-4.1JqM'],
    ['an opaque one', () => 'mF_9B5f-41JqM'],
  ])('%s', async (_, tokenOf) => {
    const { authenticator } = createSubject({ issuer: issuer.issuer });
    await decide(authenticator, await tokenOf());
    expect(issuer.requests.introspection).toBe(1);
  });
});

describe('introspection beside an authenticator of another issuer’s JWTs', () => {
  const both = async (): Promise<readonly (readonly [string, Authenticator<object>])[]> => {
    const jwks = await createJwks();
    const { authenticator } = createSubject({ issuer: issuer.issuer });
    return [
      ['before it', anyOf(authenticator, jwks)],
      ['after it', anyOf(jwks, createSubject({ issuer: issuer.issuer }).authenticator)],
    ];
  };

  it('answers for opaque tokens, and leaves it its own', async () => {
    for (const [, composed] of await both()) {
      expect(await decide(composed, issuer.opaque({ aud: 'orders' }))).toBe('introspection');
      expect(await decide(composed, await other.sign({ aud: 'orders' }))).toBe('jwks');
      expect(await decide(composed, 'junk')).toBe('invalid_token/inactive');
    }
  });

  it('while it is down costs the other nothing', async () => {
    issuer.fail('down');
    for (const [, composed] of await both()) {
      expect(await decide(composed, await other.sign({ aud: 'orders' }))).toBe('jwks');
      expect(await decide(composed, await other.sign({ aud: 'else' }))).toBe(
        'invalid_token/audience',
      );
    }
    expect(issuer.requests).toEqual(NOTHING);
  });

  it('while it is down lets no other authenticator accept a token that it revoked', async () => {
    const composed = await both();
    const jwt = await issuer.sign({ aud: 'orders' });
    issuer.fail('down');
    for (const [, authenticator] of composed) {
      for (const token of [jwt, issuer.opaque({ aud: 'orders' })]) {
        expect(await decide(authenticator, token)).toBe('unavailable/discovery');
      }
    }
  });

  it('says of a token that it revoked the last word', async () => {
    const token = issuer.opaque({ aud: 'orders' });
    issuer.revoke(token);
    for (const [, composed] of await both()) {
      expect(await decide(composed, token)).toBe('invalid_token/inactive');
    }
  });

  it('is refused beside one for the same issuer, and beside another that takes any token', async () => {
    const { authenticator } = createSubject({ issuer: issuer.issuer });
    const same = await createJwks('same', issuer);
    expect(() => anyOf(authenticator, same)).toThrow(ConfigError);
    const second = createSubject({ issuer: other.issuer }, { name: 'second' });
    expect(() => anyOf(authenticator, second.authenticator)).toThrow(ConfigError);
  });
});
