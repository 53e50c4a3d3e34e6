import { wrongOption } from '@grpc-authn/core/internal';
import type { TokenSource } from '../token-source.ts';
import { createClosingSource } from './closing-source.ts';
import { readTokenEndpointOptions, type TokenEndpointOptions } from './token-endpoint-options.ts';
import { TokenEndpoint } from './token-endpoint.ts';

/**
 * Tokens of the client itself (RFC 6749, section 4.4), which needs `clientAuthentication`.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createClientCredentialsSource({
 *   issuer: 'https://id.example.com',
 *   clientId: 'billing',
 *   clientAuthentication: { method: 'client_secret_basic', secret },
 *   scope: 'orders:read',
 * });
 */
export function createClientCredentialsSource(options: TokenEndpointOptions): TokenSource {
  const settings = readTokenEndpointOptions('createClientCredentialsSource', options);
  if (settings.credentials.method === 'none') {
    throw wrongOption(
      'clientAuthentication',
      'none',
      'the credentials of the client (RFC 6749, section 4.4)',
    );
  }
  const endpoint = new TokenEndpoint(settings);
  return createClosingSource(
    ({ signal }) => endpoint.request({ grant: 'client_credentials', signal }),
    settings.renewal,
    () => endpoint.close(),
  );
}
