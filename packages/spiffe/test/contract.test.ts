import { anyOf, type Authenticator, cached } from '@grpc-authn/core/authenticator';
import { type Capability, describeAuthenticator } from '@grpc-authn/testing';
import { describe, it } from 'vitest';
import { startLoopbackServer } from '../../provider/test/support/loopback-server.ts';
import {
  bundleKey,
  createSigningKey,
  createVerifier,
  type SigningKey,
  svid,
} from './support/trust-domain.ts';

type Wrap = (authenticator: Authenticator<object>) => Authenticator<object>;

const WRAPPED: readonly (readonly [string, readonly Capability[], Wrap])[] = [
  ['spiffe', [], (bare) => bare],
  ['cached(spiffe)', ['caches'], cached],
  ['anyOf(spiffe)', [], (bare) => anyOf(bare)],
];

for (const [name, extra, wrap] of WRAPPED) {
  describeAuthenticator(
    { describe, it },
    {
      name: `${name} by URL`,
      capabilities: ['expires', 'scopes', 'network', 'rotates', ...extra],
      async create() {
        let key = createSigningKey('ES256', crypto.randomUUID());
        const { origin, stop } = await startLoopbackServer((_, response) => {
          response.end(JSON.stringify({ keys: [bundleKey(key)] }));
        });
        const authenticator = wrap(createVerifier([], { bundle: { url: origin } }));
        return {
          authenticator,
          async good() {
            key = createSigningKey('ES256', crypto.randomUUID());
            return goodSvid(key);
          },
          bad: async () => badSvids(key),
          outage: stop,
          async close() {
            await authenticator.close?.();
            await stop();
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
        const key = createSigningKey('ES256', 'given');
        const authenticator = wrap(createVerifier([bundleKey(key)]));
        return {
          authenticator,
          good: async () => goodSvid(key),
          bad: async () => badSvids(key),
          close: async () => authenticator.close?.(),
        };
      },
    },
  );
}

function goodSvid(key: SigningKey): string {
  return svid(key, { scope: 'orders:read', jti: crypto.randomUUID() });
}

function badSvids(key: SigningKey): readonly string[] {
  return [
    svid(key, { exp: 1, sub: 'spiffe://acme.example/canary-of-a-subject' }),
    svid(key, { aud: 'canary-audience' }),
    svid(key, { sub: 'spiffe://canary.example/web' }),
    svid(key, {}, { jku: 'https://canary.example' }),
    svid(createSigningKey('ES256', key.kid)),
  ];
}
