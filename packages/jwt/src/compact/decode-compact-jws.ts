import { AuthError } from '@grpc-authn/core/authenticator';
import { decodeBase64url } from './base64url.ts';
import type { CompactJws } from './split-compact-jws.ts';

/** A compact JWS with its payload and signature decoded. */
export interface DecodedJws extends CompactJws {
  readonly payloadBytes: Buffer;
  readonly signatureBytes: Buffer;
}

/** Returns `malformed_credentials` (`not_base64url`) on failure. parseProtectedHeader decodes the header. */
export function decodeCompactJws(jws: CompactJws): DecodedJws | AuthError {
  const payloadBytes = decodeBase64url(jws.payload);
  const signatureBytes = decodeBase64url(jws.signature);
  if (payloadBytes === undefined || signatureBytes === undefined) {
    return new AuthError('malformed_credentials', 'not_base64url');
  }
  const { header, payload, signature, signingInput } = jws;
  return { header, payload, signature, signingInput, payloadBytes, signatureBytes };
}
