import { AuthError } from '@grpc-authn/core/authenticator';
import { decodeBase64url } from './base64url.ts';
import type { CompactJws } from './split-compact-jws.ts';

/** The payload's and the signature's bytes beside their text. */
export interface DecodedJws extends CompactJws {
  readonly payloadBytes: Buffer;
  readonly signatureBytes: Buffer;
}

/** Gives `malformed_credentials` (`not_base64url`). The header is parseProtectedHeader's to decode. */
export function decodeCompactJws(jws: CompactJws): DecodedJws | AuthError {
  const payloadBytes = decodeBase64url(jws.payload);
  const signatureBytes = decodeBase64url(jws.signature);
  if (payloadBytes === undefined || signatureBytes === undefined) {
    return new AuthError('malformed_credentials', 'not_base64url');
  }
  const { header, payload, signature, signingInput } = jws;
  return { header, payload, signature, signingInput, payloadBytes, signatureBytes };
}
