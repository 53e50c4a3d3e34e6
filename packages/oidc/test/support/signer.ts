import type { JsonWebKey } from 'node:crypto';
import { createSigner as createKeySigner } from '../../../jwks/test/support/signer.ts';

export { AUDIENCE } from '../../../jwks/test/support/signer.ts';

/** A key pair: the provider publishes its public half, its private half signs. */
export interface Signer {
  readonly jwk: JsonWebKey & { readonly kid: string };
  token(issuer: string, header?: object): string;
}

export function createSigner(kid: string): Signer {
  const signer = createKeySigner(kid);
  return { jwk: signer.jwk, token: (issuer, header) => signer.token({ iss: issuer }, header) };
}
