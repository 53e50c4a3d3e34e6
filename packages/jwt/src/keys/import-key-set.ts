import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { importKey, type VerificationKey } from './import-key.ts';
import { ImportedKeySet, type KeySet } from './key-set.ts';

/** A megabyte holds 13,107 Ed25519 keys, and one token without `kid` must not meet them all. */
const MOST_KEYS = 64;
/** To look at a bad key costs as much as at a good one, so not all of them are looked at. */
const MOST_LOOKED_AT = 256;

/**
 * Imports a JWK Set (RFC 7517) once: what may be used is held ready, what must not be used is left
 * out and listed with its reason. One bad key never costs the others, and never throws.
 *
 * Left out are: keys without a type or algorithm that is accepted, weak RSA keys (2048 to 8192 bits,
 * an odd exponent from 3 to 2^32-1, no ROCA modulus), HMAC secrets shorter than their hash, private
 * keys, keys whose `use` or `key_ops` is not for verifying, two keys of one `kid` and one algorithm,
 * secrets beside public keys, and all beyond 64.
 *
 * @throws TypeError where `jwks.keys` is no array.
 * @example const keys = importKeySet({ keys: [jwk] });
 */
export function importKeySet(jwks: { readonly keys: readonly unknown[] }): KeySet {
  return importKeys(jwks, importKey);
}

/** As importKeySet, but without secrets: whoever may read a published set would hold one. */
export function importPublicKeySet(jwks: { readonly keys: readonly unknown[] }): ImportedKeySet {
  return importKeys(jwks, (jwk) =>
    ownMember(jwk, 'kty') === 'oct' ? 'it is a secret in a set of public keys' : importKey(jwk),
  );
}

function importKeys(
  jwks: { readonly keys: readonly unknown[] },
  importOne: (jwk: JsonObject) => VerificationKey | string,
): ImportedKeySet {
  if (!Array.isArray(jwks?.keys)) throw new TypeError('importKeySet: wanted { keys: [...] }');
  const refused: { kid: string | undefined; why: string }[] = [];
  let usable: VerificationKey[] = [];
  for (const [index, jwk] of (jwks.keys as readonly unknown[]).entries()) {
    const tooMany = usable.length >= MOST_KEYS || index >= MOST_LOOKED_AT;
    const known = isObject(jwk) ? jwk : {};
    const key = tooMany ? 'the set has too many keys' : importOne(known);
    if (typeof key === 'string') refused.push({ kid: kidOf(jwk), why: key });
    else usable.push(key);
  }
  usable = leaveOut(usable, refused, sharesKid(usable), 'another key has its kid and algorithm');
  const mixed = usable.some((key) => !key.symmetric);
  usable = leaveOut(
    usable,
    refused,
    (key) => mixed && key.symmetric,
    'a secret beside public keys',
  );
  return new ImportedKeySet(usable, refused);
}

function leaveOut(
  keys: readonly VerificationKey[],
  refused: { kid: string | undefined; why: string }[],
  unwanted: (key: VerificationKey) => boolean,
  why: string,
): VerificationKey[] {
  for (const { kid } of keys.filter(unwanted)) refused.push({ kid, why });
  return keys.filter((key) => !unwanted(key));
}

/** Which of two is meant cannot be known, and to try both would let either answer for the other. */
function sharesKid(keys: readonly VerificationKey[]): (key: VerificationKey) => boolean {
  const counts = new Map<string, number>();
  const slot = (key: VerificationKey): string => `${key.algorithm ?? 'RS256'} ${key.kid}`;
  for (const key of keys) counts.set(slot(key), (counts.get(slot(key)) ?? 0) + 1);
  return (key) => key.kid !== undefined && (counts.get(slot(key)) ?? 0) > 1;
}

function kidOf(jwk: unknown): string | undefined {
  const kid = isObject(jwk) ? jwk['kid'] : undefined;
  return typeof kid === 'string' ? kid : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
