import { randomBytes } from 'node:crypto';
import { anyOf, type Authenticator, cached } from '@grpc-authn/core/authenticator';
import { type Capability, describeAuthenticator } from '@grpc-authn/testing';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type JWTPayload, SignJWT } from 'jose';
import { describe, it } from 'vitest';
import { createHs256Authenticator, type Hs256Options } from '../src/index.ts';

type Wrap = (authenticator: Authenticator<object>) => Authenticator<object>;

function put(
  name: string,
  extra: readonly Capability[] = [],
  wrap: Wrap = (bare) => bare,
  options: Partial<Hs256Options> = {},
): void {
  describeAuthenticator(
    { describe, it },
    {
      name,
      capabilities: ['expires', 'scopes', ...extra],
      async create() {
        const bytes = randomBytes(32);
        const usual = { issuer: 'https://login.example.com', audience: 'orders' };
        const authenticator = wrap(
          createHs256Authenticator({ secrets: [{ bytes }], ...usual, ...options }),
        );
        return {
          authenticator,
          good: () => sign(bytes),
          bad: () =>
            Promise.all([
              sign(bytes, { exp: 1 }),
              sign(bytes, { aud: 'canary-audience' }),
              sign(bytes, { iss: 'https://canary.example.com' }),
              sign(bytes, { nbf: 9_999_999_999 }),
              sign(randomBytes(32)),
              ...(extra.includes('typed_claims') ? [sign(bytes, { tenant: 'canary-tenant' })] : []),
            ]),
          close: async () => authenticator.close?.(),
        };
      },
    },
  );
}

function sign(secret: Uint8Array, claims: JWTPayload = {}): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const times = { iat, exp: iat + 300 };
  const who = { iss: 'https://login.example.com', aud: 'orders', sub: 'canary-of-a-subject' };
  const rest = { scope: 'orders:read orders:write', tenant: 'acme' };
  return new SignJWT({ ...who, ...times, ...rest, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(secret);
}

/** Takes one tenant, and is careless enough to name another in what it complains of. */
const claims: StandardSchemaV1<unknown, { readonly tenant: string }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { tenant } = value as { tenant: string };
      if (tenant === 'acme') return { value: { tenant } };
      return { issues: [{ message: `no such tenant: ${tenant}` }] };
    },
  },
};

put('hs256');
put('cached(hs256)', ['caches'], cached);
put('anyOf(hs256)', [], (bare) => anyOf(bare));
put('hs256 with a schema', ['typed_claims'], undefined, { claims: claims as never });
