import type { Clock, JsonObject } from '@grpc-authn/core/authenticator';
import { rejectOnAbort } from '@grpc-authn/core/internal';
import { readUnverified } from '@grpc-authn/jwt/internal';
import { ProviderError } from '@grpc-authn/provider';
import { type OAuth, type RequestTarget, unusableAnswer } from './request-target.ts';

const SIGNED_TYPE = 'application/token-introspection+jwt';
/** A signed answer with an older or later `iat` may be a replay. */
const FRESH_SECONDS = 60;

/**
 * Reads and verifies a signed answer (RFC 9701). oauth4webapi checks type, issuer, audience and signature;
 * content type and age are checked here.
 *
 * @throws ProviderError
 */
export async function readSignedAnswer(
  oauth: OAuth,
  { endpoint, server, client, fetchKeys }: RequestTarget,
  response: Response,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<JsonObject> {
  const contentType = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (contentType !== SIGNED_TYPE) {
    throw unusableAnswer(endpoint, 'the answer is not signed, but response: "jwt" is configured');
  }
  const jwt = await response.text();
  const issuedAt = readUnverified(jwt)?.payload['iat'];
  const ageSeconds = clock.nowMs() / 1000 - Number(issuedAt);
  if (typeof issuedAt !== 'number' || Math.abs(ageSeconds) > FRESH_SECONDS) {
    throw unusableAnswer(endpoint, 'the signed answer is not fresh');
  }
  const signed = new Response(jwt, { headers: { 'content-type': SIGNED_TYPE } });
  try {
    const answer = await oauth.processIntrospectionResponse(server, client, signed);
    const verified = oauth.validateApplicationLevelSignature(server, signed, {
      [oauth.allowInsecureRequests]: endpoint.jwksUri?.protocol === 'http:',
      [oauth.customFetch]: fetchKeys,
    });
    // All calls share one fetch of the keys, so no caller's signal ends it.
    await rejectOnAbort(verified, signal);
    return answer as JsonObject;
  } catch (error) {
    // Other errors may contain the answer, so nothing of them is passed on.
    if (error instanceof ProviderError) throw error;
    throw unusableAnswer(endpoint, 'the signed answer could not be verified');
  }
}
