import { describeValue } from '@grpc-authn/core/internal';
import { askedRestMs, isClientRejected, ProviderError } from '@grpc-authn/provider';
import type { TokenEndpointResponse } from 'openid-client';
import type { AccessToken } from '../access-token.ts';

/** The error codes that are shown. Others may be anything, and `error_description` is never shown. */
const HINTS: Readonly<Record<string, string>> = {
  invalid_request:
    'check scope, resource, audience, parameters, and whether the client may use this grant',
  invalid_client: 'check clientId and clientAuthentication',
  invalid_grant: 'the refresh token or subject token is expired, revoked or of another client',
  invalid_token: 'the subject token is expired, revoked or of another issuer',
  unauthorized_client: 'allow this grant for the client at the provider',
  unsupported_grant_type: 'allow this grant at the provider',
  invalid_scope: 'check scope',
  invalid_target: 'check resource and audience',
  access_denied: 'check the rights of the client at the provider',
  interaction_required: 'the user must sign in again',
  login_required: 'the user must sign in again',
  consent_required: 'the user must sign in again',
  invalid_dpop_proof: 'the provider requires DPoP, which is not supported',
  use_dpop_nonce: 'the provider requires DPoP, which is not supported',
  server_error: 'the provider failed',
  temporarily_unavailable: 'the provider is down or overloaded',
  slow_down: 'the provider is asked too often',
};

/** What a source may send as `Authorization: Bearer`. */
const ISSUED_TYPES: ReadonlySet<unknown> = new Set([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
  undefined,
]);

/** The provider refused to issue a token. */
export class TokenRefusal extends ProviderError {
  /** The error code of RFC 6749, section 5.2, if it is a known one. */
  readonly code: string | undefined;

  constructor(
    message: string,
    more: {
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      readonly code: string | undefined;
    },
  ) {
    super('status', message, more);
    this.code = more.code;
  }
}

export interface Client {
  readonly clientId: string;
  readonly method: string;
  /** What was tried to authenticate it, for messages. */
  readonly note: string;
}

/** The error of an answer that is not 200. */
export async function readRefusal(
  response: Response,
  asked: string,
  { clientId, method, note }: Client,
  nowMs: number,
): Promise<TokenRefusal> {
  const { status } = response;
  const isRejected = (await isClientRejected(response)) === true;
  const members = await readMembers(response);
  const error = members?.['error'];
  const code = typeof error === 'string' && Object.hasOwn(HINTS, error) ? error : undefined;
  const answered = `${asked}: answered ${status}${code === undefined ? '' : ` ${code}`}`;
  const retryAfterMs = askedRestMs(response, nowMs);
  let hint = code === undefined ? '' : `; ${HINTS[code]}`;
  if (isRejected && code !== 'invalid_grant') {
    const client = `${describeValue(clientId)} by ${method}${note}`;
    hint = `, so it does not accept the client ${client}; ${HINTS['invalid_client']}`;
  } else if (status === 400 && members === undefined) {
    hint = ` without a reason; ${HINTS['invalid_client']}, and the token that was sent`;
  }
  const message = answered + hint;
  return new TokenRefusal(message, { status, retryAfterMs, code });
}

/** Also 400 without JSON, by which glewlwyd answers to a wrong secret beside a refresh token. */
export async function isPerhapsRejected(response: Response): Promise<boolean | undefined> {
  const isRejected = await isClientRejected(response);
  if (isRejected !== false || response.status !== 400) return isRejected;
  return (await readMembers(response.clone())) === undefined;
}

/** The JSON object in the body; undefined if there is none. */
export async function readMembers(
  response: Response,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  return body as Record<string, unknown>;
}

/** @throws ProviderError for a token that cannot be sent as a bearer token. */
export function checkTokenType(
  { token_type: type, issued_token_type: issued }: Readonly<Record<string, unknown>>,
  asked: string,
): void {
  const received = typeof type === 'string' ? type.toLowerCase() : undefined;
  if (received !== 'bearer') {
    const shown = { dpop: 'DPoP', n_a: 'N_A' }[received ?? ''] ?? 'another or none';
    throw new ProviderError(
      'content',
      `${asked}: expected a token of token_type Bearer, received ${shown}`,
    );
  }
  if (!ISSUED_TYPES.has(issued)) {
    throw new ProviderError(
      'content',
      `${asked}: expected an access token or a JWT as issued_token_type, received another; ` +
        'check requested_token_type in parameters',
    );
  }
}

export function notATokenResponse(asked: string): ProviderError {
  return new ProviderError(
    'content',
    `${asked}: expected a token response in JSON (RFC 6749, section 5.1), received another answer`,
  );
}

/** Measured from before the request, so the token is never used longer than the provider says. */
export function toAccessToken(
  { access_token: token, expires_in: lifetime }: TokenEndpointResponse,
  sentAtMs: number,
): AccessToken {
  if (lifetime === undefined) return { token };
  return { token, expiresAtEpochSeconds: sentAtMs / 1000 + lifetime };
}
