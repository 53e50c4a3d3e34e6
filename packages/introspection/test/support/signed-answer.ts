import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign, exportJWK } from 'jose';
import { ACTIVE, type ProviderServer, send, startProvider } from './provider-server.ts';
import { CLIENT_ID } from './test-authenticator.ts';

export const SIGNED = 'application/token-introspection+jwt';

export interface SigningProvider extends ProviderServer {
  /** From now on the answer is signed, with these changes to a good one; undefined takes a member out. */
  sign(changes?: {
    readonly header?: object;
    readonly claims?: object;
    readonly key?: KeyObject | Uint8Array;
    readonly contentType?: string;
    /** The last word on what is sent. */
    readonly spoil?: (jwt: string) => string;
  }): Promise<void>;
}

/** A provider that signs its answers (RFC 9701), by default with EdDSA. */
export async function startSigningProvider(
  alg: string = 'EdDSA',
  pair: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ed25519'),
): Promise<SigningProvider> {
  const provider = await startProvider();
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'main', use: 'sig' };
  provider.publish('/jwks', { keys: [jwk] });
  const signing: SigningProvider = {
    ...provider,
    async sign({ header, claims, key = pair.privateKey, contentType = SIGNED, spoil } = {}) {
      const iat = Math.floor(Date.now() / 1000);
      const payload = {
        iss: provider.origin,
        aud: CLIENT_ID,
        iat,
        token_introspection: ACTIVE,
        ...claims,
      };
      const jwt = await new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({ alg, kid: 'main', typ: 'token-introspection+jwt', ...header })
        .sign(key);
      provider.respond((_, response) =>
        send(response, spoil?.(jwt) ?? jwt, 200, { 'content-type': contentType }),
      );
    },
  };
  await signing.sign();
  return signing;
}
