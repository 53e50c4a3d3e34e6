import { anyOf, type Authenticator, cached } from '@grpc-authn/core/authenticator';
import { type Capability, describeAuthenticator, startTestIssuer } from '@grpc-authn/testing';
import { describe, it } from 'vitest';
import { createIntrospectionAuthenticator } from '../src/index.ts';
import { CLIENT_ID, SECRET } from './support/test-authenticator.ts';

type Options = Parameters<typeof createIntrospectionAuthenticator>[0];
/** The contract waits for it once per subject. Long enough for a good answer on a busy machine. */
const TIME_LIMIT_MS = 1000;

type Wrap = (authenticator: Authenticator<object>) => Authenticator<object>;

function put(
  name: string,
  extra: readonly Capability[],
  wrap: Wrap,
  options: Partial<Options>,
): void {
  describeAuthenticator(
    { describe, it },
    {
      name,
      capabilities: ['expires', 'scopes', 'network', ...extra],
      async create() {
        // Its keys sign nothing here, and those of RSA take long to make.
        const provider = await startTestIssuer({ algorithms: ['EdDSA'] });
        const given: string[] = [];
        const authenticator = wrap(
          createIntrospectionAuthenticator({
            issuer: provider.issuer,
            clientId: CLIENT_ID,
            clientAuthentication: { method: 'client_secret_basic', secret: SECRET },
            audience: 'orders',
            http: { timeoutMs: TIME_LIMIT_MS },
            ...options,
          }),
        );
        return {
          authenticator,
          async good() {
            const token = provider.opaque({ aud: 'orders', scope: 'orders:read' });
            given.push(token);
            return token;
          },
          async bad() {
            const revoked = extra.includes('revokes') ? given.splice(0) : [];
            // A cache does not hear of it: that is what the capability says.
            for (const token of [...revoked, ...given]) provider.revoke(token);
            return [
              ...revoked,
              provider.opaque({ aud: 'canary-audience', sub: 'canary-of-a-subject' }),
              provider.opaque({ aud: 'orders', token_type: 'canary-type' }),
              provider.opaque({ aud: 'orders', exp: 1 }),
              'canary-that-nobody-gave-out',
            ];
          },
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

const bare: Wrap = (authenticator) => authenticator;

put('introspection', ['caches'], bare, {});
put('introspection without a cache', ['revokes'], bare, { cache: false });
put('cached(introspection without a cache)', ['caches'], cached, { cache: false });
put('anyOf(introspection)', ['caches'], (inner) => anyOf(inner), {});
