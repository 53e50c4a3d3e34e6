import { createHmac } from 'node:crypto';
import { headerOf, Mint, type Signer, signerOf, signToken } from './mint.ts';
import { type KeySet, publicKeyOf, secretOf, type SigningMaterial } from './signing-material.ts';

/** A token that every contender must reject. */
export interface BadToken {
  /** What is wrong with it. */
  readonly fault: string;
  readonly token: string;
}

/** Faults of the signature, of the key and of the algorithm. */
export function wronglySigned(keys: KeySet, nowSeconds: number): readonly BadToken[] {
  const [key, next] = keys;
  const mint = new Mint(key, nowSeconds);
  const claims = mint.claims(0);
  const signed = (header: object, signer: Signer): string =>
    signToken({ ...headerOf(key), ...header }, claims, signer);
  const other = otherAlgorithm(key);
  return [
    { fault: 'a wrong signature', token: mint.forged(0) },
    { fault: 'an unknown kid', token: signed({ kid: 'unknown' }, signerOf(key)) },
    { fault: 'the kid of another key', token: signed({ kid: next.kid }, signerOf(key)) },
    { fault: `the algorithm ${other.alg}`, token: signed({ alg: other.alg }, other.signer) },
    { fault: 'no signature', token: signed({ alg: 'none' }, () => Buffer.alloc(0)) },
  ];
}

/** Faults of the claims, under a valid signature. */
export function wrongClaims([key]: KeySet, nowSeconds: number): readonly BadToken[] {
  const mint = new Mint(key, nowSeconds);
  const signer = signerOf(key);
  const changed = (claims: object): string =>
    // JSON omits undefined members.
    signToken(headerOf(key), { ...mint.claims(0), ...claims }, signer);
  return [
    { fault: 'a past expiry', token: mint.expired(0) },
    { fault: 'no exp', token: changed({ exp: undefined }) },
    { fault: 'another issuer', token: changed({ iss: 'https://other.example.com' }) },
    { fault: 'no issuer', token: changed({ iss: undefined }) },
    { fault: 'another audience', token: changed({ aud: ['invoices'] }) },
    { fault: 'no audience', token: changed({ aud: undefined }) },
  ];
}

/** Correctly signed with the same key, or with its public text where it has no second algorithm. */
function otherAlgorithm(key: SigningMaterial): { readonly alg: string; readonly signer: Signer } {
  const { algorithm } = key;
  if (algorithm === 'RS256' || algorithm === 'PS256') {
    const alg = algorithm === 'RS256' ? 'PS256' : 'RS256';
    return { alg, signer: signerOf({ ...key, algorithm: alg }) };
  }
  if (algorithm === 'HS256') {
    const secret = secretOf(key);
    return { alg: 'HS512', signer: (bytes) => createHmac('sha512', secret).update(bytes).digest() };
  }
  const text = publicKeyOf(key).export({ format: 'pem', type: 'spki' });
  return { alg: 'HS256', signer: (bytes) => createHmac('sha256', text).update(bytes).digest() };
}
