import { anyOf, type Authenticator, cached } from '@grpc-authn/core/authenticator';
import {
  type Capability,
  describeAuthenticator,
  startTestIssuer,
  type TestIssuer,
} from '@grpc-authn/testing';
import { describe, it } from 'vitest';
import { createJwksAuthenticator } from '../src/index.ts';
import { AUDIENCE, createSigner, ISSUER, unknownToken } from './support/signer.ts';

/** The contract waits for it once per subject. Long enough for a good answer on a busy machine. */
const TIME_LIMIT_MS = 1000;

type Wrap = (authenticator: Authenticator<object>) => Authenticator<object>;

const WRAPPED: readonly (readonly [string, readonly Capability[], Wrap])[] = [
  ['jwks', [], (bare) => bare],
  ['cached(jwks)', ['caches'], cached],
  ['anyOf(jwks)', [], (bare) => anyOf(bare)],
];

for (const [name, extra, wrap] of WRAPPED) {
  describeAuthenticator(
    { describe, it },
    {
      name: `${name} by URL`,
      capabilities: ['expires', 'scopes', 'network', 'rotates', ...extra],
      async create() {
        const provider = await startTestIssuer({ algorithms: ['EdDSA'] });
        const { issuer, jwksUri } = provider;
        const authenticator = wrap(
          createJwksAuthenticator({
            jwks: { url: jwksUri },
            issuer,
            audience: AUDIENCE,
            http: { timeoutMs: TIME_LIMIT_MS },
          }),
        );
        return {
          authenticator,
          async good() {
            await provider.rotateKeys();
            return provider.sign({ aud: AUDIENCE, scope: 'orders:read' });
          },
          bad: () => badTokens(provider),
          outage: async (kind) => provider.fail(kind),
          async close() {
            await authenticator.close?.();
            await provider.close();
          },
        };
      },
    },
  );

  describeAuthenticator(
    { describe, it },
    {
      name: `${name} of given keys`,
      capabilities: ['expires', 'scopes', ...extra],
      async create() {
        const signer = createSigner('given');
        const jwks = { keys: [signer.jwk] };
        const authenticator = wrap(
          createJwksAuthenticator({ jwks, issuer: ISSUER, audience: AUDIENCE }),
        );
        return {
          authenticator,
          good: async () => signer.token({ scope: 'orders:read', jti: crypto.randomUUID() }),
          bad: async () => [
            signer.token({ exp: 1, sub: 'canary-of-a-subject' }),
            signer.token({ aud: 'canary-audience' }),
            unknownToken(),
          ],
          close: async () => authenticator.close?.(),
        };
      },
    },
  );
}

function badTokens(provider: TestIssuer): Promise<readonly string[]> {
  return Promise.all([
    provider.sign({ aud: AUDIENCE, exp: 1, sub: 'canary-of-a-subject' }),
    provider.sign({ aud: 'canary-audience' }),
    provider.sign({ aud: AUDIENCE, iss: 'https://canary.example.com' }),
    provider.sign({ aud: AUDIENCE }, { alg: 'none' }),
    provider.sign({ aud: AUDIENCE }, { alg: 'ES256' }),
  ]);
}
