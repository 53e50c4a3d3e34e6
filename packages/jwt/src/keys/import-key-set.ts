import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { signatureEngines } from '#signature-engines';
import type { SignatureEngine } from '../signature/signature-engine.ts';
import { importKey } from './import-key.ts';
import { ImportedKeySet, type KeySet } from './key-set.ts';
import type { VerificationKey } from './verification-key.ts';

/** A megabyte holds 13,107 Ed25519 keys, and one token without `kid` must not meet them all. */
const MOST_KEYS = 64;
/** To look at a bad key costs as much as at a good one, so not all of them are looked at. */
const MOST_LOOKED_AT = 256;

/**
 * Imports a JWK Set (RFC 7517) once: what may be used is held ready, what must not be used is left
 * out and listed with its reason. One bad key never costs the others, and never throws.
 *
 * Left out are: keys without a type or algorithm that is accepted, weak RSA keys (2048 to 8192 bits,
 * an odd exponent from 3 to 2^32-1, no ROCA modulus), Ed25519 points of small order, HMAC secrets
 * shorter than their hash, private keys, keys whose `use` or `key_ops` is not for verifying, two keys of
 * one `kid` and one algorithm, secrets beside public keys, and all beyond 64.
 *
 * @throws TypeError where `jwks.keys` is no array.
 * @example const keys = importKeySet({ keys: [jwk] });
 */
export function importKeySet(jwks: { readonly keys: readonly unknown[] }): KeySet {
  return importKeySetWith(signatureEngines, jwks);
}

/** As importKeySet, verified by these engines: the tests hold one against another. */
export function importKeySetWith(
  engines: readonly SignatureEngine[],
  jwks: { readonly keys: readonly unknown[] },
): ImportedKeySet {
  return importKeys(jwks, (jwk) => importKey(jwk, engines));
}

/** As importKeySet, but without secrets: whoever may read a published set would hold one. */
export function importPublicKeySet(jwks: { readonly keys: readonly unknown[] }): ImportedKeySet {
  return importKeys(jwks, (jwk) =>
    ownMember(jwk, 'kty') === 'oct'
      ? 'it is a secret in a set of public keys'
      : importKey(jwk, signatureEngines),
  );
}

function importKeys(
  jwks: { readonly keys: readonly unknown[] },
  importOne: (jwk: JsonObject) => VerificationKey | string,
): ImportedKeySet {
  if (!Array.isArray(jwks?.keys)) throw new TypeError('importKeySet: wanted { keys: [...] }');
  const refused: { kid: string | undefined; why: string }[] = [];
  let usable: VerificationKey[] = [];
  const lookedAt: readonly unknown[] = jwks.keys.slice(0, MOST_LOOKED_AT);
  for (const jwk of lookedAt) {
    const tooMany = usable.length >= MOST_KEYS;
    const key = tooMany ? 'the set has too many keys' : importOne(isObject(jwk) ? jwk : {});
    if (typeof key === 'string') refused.push({ kid: kidOf(jwk), why: key });
    else usable.push(key);
  }
  const more = jwks.keys.length - lookedAt.length;
  if (more > 0) refused.push({ kid: undefined, why: `the set has ${more} keys too many` });
  usable = leaveOut(usable, refused, sharesKid(usable), 'another key has its kid and algorithm');
  // By what was sent, whatever became of it: a set with public keys in it is read by many.
  const mixed = lookedAt.some((jwk) => isObject(jwk) && ownMember(jwk, 'kty') !== 'oct');
  const isSecret = (key: VerificationKey): boolean => mixed && key.symmetric;
  usable = leaveOut(usable, refused, isSecret, 'a secret beside public keys');
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
  const shares = (key: VerificationKey, other: VerificationKey): boolean =>
    key !== other && key.kid !== undefined && key.kid === other.kid && mayVerifySame(key, other);
  const shared = new Set(keys.filter((key) => keys.some((other) => shares(key, other))));
  return (key) => shared.has(key);
}

/** An RSA key that declares no algorithm may be bound to any of them, by the verifier's options. */
function mayVerifySame(key: VerificationKey, other: VerificationKey): boolean {
  if (key.algorithm === other.algorithm) return true;
  const anyRsa = key.algorithm === undefined || other.algorithm === undefined;
  return anyRsa && key.isRsa && other.isRsa;
}

function kidOf(jwk: unknown): string | undefined {
  const kid = isObject(jwk) ? jwk['kid'] : undefined;
  return typeof kid === 'string' ? kid : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
