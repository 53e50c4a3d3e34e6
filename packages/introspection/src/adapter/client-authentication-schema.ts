import { createPrivateKey, type KeyObject } from 'node:crypto';
import { secretSection, text, z } from '@grpc-authn/config/adapter';
import { describeSecret, wrongOption } from '@grpc-authn/core/internal';
import type { ClientAuthentication } from '@grpc-authn/provider';

type ByPrivateKey = Extract<ClientAuthentication, { readonly method: 'private_key_jwt' }>;

/** In a file, a private key is PEM text. */
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

const assertionAudience = z
  .enum(['issuer', 'endpoint'])
  .meta({
    description: 'The audience of the signed assertion: the issuer, or the URL it is sent to.',
    default: 'issuer',
  })
  .exactOptional();

export const clientAuthenticationSchema: z.ZodType<ClientAuthenticationText> = z
  .discriminatedUnion('method', [
    secretSection(
      {
        method: z
          .enum(['client_secret_basic', 'client_secret_post'])
          .describe('How the secret is sent: in a header, or in the body.'),
        secret,
      },
      'With a secret (RFC 6749, section 2.3.1).',
    ),
    secretSection(
      {
        method: z
          .literal('client_secret_jwt')
          .describe('With a signature that is made with the secret.'),
        secret,
        assertionAudience,
      },
      'With a secret that is not sent (RFC 7523).',
    ),
    secretSection(
      {
        method: z.literal('private_key_jwt').describe("With a signature of the client's key."),
        key: privateKey,
        kid: text.describe('Set in the header of the signed assertion.').exactOptional(),
        assertionAudience,
      },
      'With a key pair (RFC 7523).',
    ),
    secretSection(
      {
        method: z.literal('tls_client_auth').describe('With mutual TLS.'),
        cert: text.describe('The certificate in PEM.'),
        key: privateKey,
      },
      'With a client certificate (RFC 8705).',
    ),
  ])
  .meta({ description: 'How this server authenticates to the provider.', writeOnly: true });

/** @throws ConfigError for a key that cannot be read. Nothing of it is shown. */
export function readKeys(given: ClientAuthenticationText): ClientAuthentication {
  if (given.method !== 'private_key_jwt') return given;
  return { ...given, key: readPrivateKey(given.key) };
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's message may quote the key.
    throw wrongOption(
      'clientAuthentication.key',
      describeSecret(pem),
      'a private key in PEM, without a passphrase',
    );
  }
}
