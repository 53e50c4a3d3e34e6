import type { OneOrMore } from '@grpc-authn/core/authenticator';
import { describeSecret, wrongOption } from '@grpc-authn/core/internal';
import type { AccessToken } from '../access-token.ts';
import { getToken } from '../checked-source.ts';
import type { TokenSource } from '../token-source.ts';
import { createClosingSource } from './closing-source.ts';
import {
  namedTexts,
  readTokenEndpointOptions,
  type TokenEndpointOptions,
} from './token-endpoint-options.ts';
import { TokenEndpoint } from './token-endpoint.ts';
import { TokenRefusal } from './token-response.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** The codes by which a provider rejects a subject token (RFC 8693, section 2.2.2, and common ones). */
const SUBJECT_REJECTED: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_grant',
  'invalid_token',
]);

/**
 * Exchanges the subject's token for one that is meant for another service (RFC 8693). `parameters` may set
 * `subject_token_type` (default access token), `requested_token_type` and the actor. The subject stays open when
 * this source is closed.
 *
 * @throws ConfigError for a wrong option.
 * @example
 * createTokenExchangeSource({
 *   issuer: 'https://id.example.com',
 *   clientId: 'orders',
 *   clientAuthentication: { method: 'client_secret_basic', secret },
 *   subject: createCallerTokenSource(call),
 *   audience: 'billing',
 * });
 */
export function createTokenExchangeSource(
  options: TokenEndpointOptions & {
    readonly subject: TokenSource | string;
    readonly audience?: OneOrMore<string>;
  },
): TokenSource {
  const settings = readTokenEndpointOptions('createTokenExchangeSource', options, [
    'subject',
    'audience',
  ]);
  const subject = readSubject(options.subject);
  const fixed = [
    ...namedTexts('audience', options.audience),
    ...(hasParameter(settings.parameters, 'subject_token_type')
      ? []
      : [['subject_token_type', ACCESS_TOKEN] as const]),
  ];
  const endpoint = new TokenEndpoint(settings);
  return createClosingSource(
    async ({ signal }) => {
      const token = await subject.get(signal);
      try {
        return await endpoint.request({
          grant: GRANT,
          parameters: [...fixed, ['subject_token', token.token]],
          signal,
        });
      } catch (error) {
        // The next attempt needs another one.
        if (error instanceof TokenRefusal && SUBJECT_REJECTED.has(error.code)) {
          subject.invalidate(token);
        }
        throw error;
      }
    },
    settings.renewal,
    () => endpoint.close(),
  );
}

interface Subject {
  get(signal: AbortSignal): Promise<AccessToken>;
  invalidate(token: AccessToken): void;
}

function readSubject(subject: unknown): Subject {
  if (typeof subject === 'string' && subject.trim() !== '') {
    const token: AccessToken = Object.freeze({ token: subject });
    return { get: async () => token, invalidate: () => undefined };
  }
  const { get, invalidate } = (subject ?? {}) as Partial<TokenSource>;
  if (typeof get !== 'function' || typeof invalidate !== 'function') {
    throw wrongOption('subject', describeSecret(subject), 'a token source or a token');
  }
  const source = subject as TokenSource;
  return {
    get: (signal) => getToken(source, signal),
    invalidate: (token) => source.invalidate(token),
  };
}

function hasParameter(parameters: readonly (readonly [string, string])[], name: string): boolean {
  return parameters.some(([known]) => known === name);
}
