import { createPrivateKey, type KeyObject } from 'node:crypto';
import { describeSecret, wrongOption } from '@grpc-authn/core/internal';
import { secretSection, text } from '@grpc-authn/jwt/internal';
import * as z from 'zod';
import type { ClientAuthentication } from './client-authentication.ts';

type ByPrivateKey = Extract<ClientAuthentication, { readonly method: 'private_key_jwt' }>;

/** As a file says it: a private key is PEM text. */
export type ClientAuthenticationText =
  | Exclude<ClientAuthentication, ByPrivateKey>
  | (Omit<ByPrivateKey, 'key'> & { readonly key: string });

const secret = z.string().min(1).meta({
  description: "The client's secret: ${NAME} or ${file:/path}, not the text itself.",
  writeOnly: true,
});

const privateKey = text.meta({
  description: 'The private key in PEM: ${file:/path}, not the text itself.',
  writeOnly: true,
});

export const clientAuthenticationSchema: z.ZodType<ClientAuthenticationText> = z
  .discriminatedUnion('method', [
    secretSection(
      {
        method: z
          .enum(['client_secret_basic', 'client_secret_post', 'client_secret_jwt'])
          .describe('How the secret is shown: in a header, in the body, or as a signature.'),
        secret,
      },
      'By a secret (RFC 6749, section 2.3.1).',
    ),
    secretSection(
      {
        method: z.literal('private_key_jwt').describe('By a signature of our own key.'),
        key: privateKey,
        kid: text.describe('Written into the header of what we sign.').exactOptional(),
      },
      'By a key pair (RFC 7523).',
    ),
    secretSection(
      {
        method: z.literal('tls_client_auth').describe('By mutual TLS.'),
        cert: text.describe('The certificate in PEM.'),
        key: privateKey,
      },
      'By a client certificate (RFC 8705).',
    ),
  ])
  .meta({ description: 'How the provider knows who asks.', writeOnly: true });

/** @throws ConfigError for a key that is none, of which nothing is shown. */
export function readKeys(given: ClientAuthenticationText): ClientAuthentication {
  if (given.method !== 'private_key_jwt') return given;
  return { ...given, key: readPrivateKey(given.key) };
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // What OpenSSL says of it stays here.
    throw wrongOption(
      'clientAuthentication.key',
      describeSecret(pem),
      'a private key in PEM, without a passphrase',
    );
  }
}
