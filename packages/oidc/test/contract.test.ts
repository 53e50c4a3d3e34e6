import { anyOf, type Authenticator, cached } from '@grpc-authn/core/authenticator';
import { type Capability, describeAuthenticator, startTestIssuer } from '@grpc-authn/testing';
import { describe, it } from 'vitest';
import { createOidcAuthenticator } from '../src/index.ts';
import { AUDIENCE } from './support/signer.ts';

/** The contract waits for it once per subject. Long enough for a good answer on a busy machine. */
const TIME_LIMIT_MS = 1000;

type Wrap = (authenticator: Authenticator<object>) => Authenticator<object>;

function put(name: string, extra: readonly Capability[] = [], wrap: Wrap = (bare) => bare): void {
  describeAuthenticator(
    { describe, it },
    {
      name,
      capabilities: ['expires', 'scopes', 'network', 'rotates', ...extra],
      async create() {
        const provider = await startTestIssuer({ algorithms: ['ES256'] });
        const { issuer } = provider;
        const authenticator = wrap(
          createOidcAuthenticator({
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
          bad: () =>
            Promise.all([
              provider.sign({ aud: AUDIENCE, exp: 1, sub: 'canary-of-a-subject' }),
              provider.sign({ aud: 'canary-audience' }),
              provider.sign({ aud: AUDIENCE, iss: 'https://canary.example.com' }),
              provider.sign({ aud: AUDIENCE }, { kid: 'canary-of-a-key' }),
            ]),
          outage: async (kind) => provider.fail(kind),
          async close() {
            await authenticator.close?.();
            await provider.close();
          },
        };
      },
    },
  );
}

put('oidc');
put('cached(oidc)', ['caches'], cached);
put('anyOf(oidc)', [], (bare) => anyOf(bare));
