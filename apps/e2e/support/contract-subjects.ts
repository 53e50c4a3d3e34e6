import { randomBytes } from 'node:crypto';
import { anyOf, type Authenticator, cached } from '@grpc-authn/core/authenticator';
import { createHs256Authenticator } from '@grpc-authn/hs256';
import { createIntrospectionAuthenticator } from '@grpc-authn/introspection';
import { createJwksAuthenticator } from '@grpc-authn/jwks';
import { createOidcAuthenticator } from '@grpc-authn/oidc';
import {
  type AuthenticatorSubject,
  type Capability,
  startTestIssuer,
  type TestIssuer,
} from '@grpc-authn/testing';
import { SignJWT } from 'jose';

const AUDIENCE = 'orders';
/** The contract waits for it once per subject. Long enough for a good answer on a busy machine. */
const TIME_LIMIT_MS = 1000;
const LEGACY = 'https://legacy.example.com';

/** One of each, at two issuers: all parts of a composition. */
export interface Parts {
  readonly oidc: Authenticator<object>;
  readonly jwks: Authenticator<object>;
  readonly introspection: Authenticator<object>;
  readonly hs256: Authenticator<object>;
  readonly issuers: { readonly oidc: string; readonly jwks: string; readonly hs256: string };
}

/** The issuer of a subject's good tokens. */
export type Owner = 'oidc' | 'jwks' | 'hs256' | 'introspection';

const ABLE: Readonly<Record<Owner, readonly Capability[]>> = {
  oidc: ['expires', 'scopes', 'network', 'rotates'],
  jwks: ['expires', 'scopes', 'network', 'rotates'],
  introspection: ['expires', 'scopes', 'network', 'revokes'],
  hs256: ['expires', 'scopes'],
};

/** A composition that is tested with the good tokens of one part and the bad tokens of all. */
export function composition(
  name: string,
  owner: Owner,
  compose: (parts: Parts) => Authenticator<object>,
): AuthenticatorSubject {
  return {
    name: `${name}, tokens of ${owner}`,
    capabilities: ABLE[owner],
    async create() {
      const providers = await Promise.all(
        ['EdDSA', 'ES256', 'EdDSA'].map((alg) => startTestIssuer({ algorithms: [alg] })),
      );
      const [main, partner, opaque] = providers as [TestIssuer, TestIssuer, TestIssuer];
      const secret = randomBytes(32);
      const authenticator = compose(partsOf(main, partner, opaque, secret));
      const given: string[] = [];
      const claims = { aud: AUDIENCE, scope: 'orders:read' };
      const signers: Readonly<Record<Owner, () => string | Promise<string>>> = {
        oidc: () => main.rotateKeys().then(() => main.sign(claims)),
        jwks: () => partner.rotateKeys().then(() => partner.sign(claims)),
        introspection: () => opaque.opaque(claims),
        hs256: () => legacyToken(secret, claims),
      };
      return {
        authenticator,
        async good() {
          const token = await signers[owner]();
          given.push(token);
          return token;
        },
        async bad() {
          const revoked = owner === 'introspection' ? given.splice(0) : [];
          for (const token of revoked) opaque.revoke(token);
          const own = [
            ...revoked,
            await legacyToken(randomBytes(32), claims),
            await legacyToken(secret, { ...claims, iss: 'https://canary.example.com' }),
          ];
          // The other parts would need their providers.
          if (owner === 'hs256') return own;
          return [
            ...own,
            await main.sign({ aud: 'canary-audience' }),
            await main.sign({ ...claims, iss: partner.issuer, sub: 'canary-subject' }),
            await partner.sign({ ...claims, iss: main.issuer, exp: 1 }),
            'canary-that-nobody-gave-out',
          ];
        },
        outage: async (kind) => providers.forEach((provider) => provider.fail(kind)),
        async close() {
          await authenticator.close?.();
          await Promise.all(providers.map((provider) => provider.close()));
        },
      };
    },
  };
}

/** The same behind a cache, which does not notice a revocation without an event. */
export function behindCache(subject: AuthenticatorSubject): AuthenticatorSubject {
  return {
    name: `cached(${subject.name})`,
    capabilities: [...subject.capabilities, 'caches'],
    async create() {
      const instance = await subject.create();
      return { ...instance, authenticator: cached(instance.authenticator) };
    },
  };
}

/** The same as the only child of a composition. */
export function asOnlyChild(subject: AuthenticatorSubject): AuthenticatorSubject {
  return {
    ...subject,
    name: `anyOf(${subject.name})`,
    async create() {
      const instance = await subject.create();
      return { ...instance, authenticator: anyOf(instance.authenticator) };
    },
  };
}

function partsOf(
  main: TestIssuer,
  partner: TestIssuer,
  opaque: TestIssuer,
  bytes: Uint8Array,
): Parts {
  const audience = AUDIENCE;
  const http = { timeoutMs: TIME_LIMIT_MS };
  return {
    oidc: createOidcAuthenticator({ issuer: main.issuer, audience, http }),
    jwks: createJwksAuthenticator({
      jwks: { url: partner.jwksUri },
      issuer: partner.issuer,
      audience,
      http,
    }),
    introspection: createIntrospectionAuthenticator({
      issuer: opaque.issuer,
      audience,
      http,
      clientId: 'orders',
      clientAuthentication: { method: 'client_secret_basic', secret: 'canary-client-secret' },
      cache: false,
    }),
    hs256: createHs256Authenticator({ secrets: [{ bytes }], issuer: LEGACY, audience }),
    issuers: { oidc: main.issuer, jwks: partner.issuer, hs256: LEGACY },
  };
}

function legacyToken(secret: Uint8Array, claims: object): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const usual = { iss: LEGACY, sub: 'alice', iat, exp: iat + 300, jti: crypto.randomUUID() };
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
}
