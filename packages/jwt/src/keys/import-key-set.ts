import type { JsonObject } from '@grpc-authn/core/authenticator';
import { ownMember } from '../compact/json-object.ts';
import { signatureEngines } from '#signature-engines';
import type { SignatureEngine } from '../signature/signature-engine.ts';
import { importKey } from './import-key.ts';
import { ImportedKeySet, type KeySet } from './key-set.ts';
import type { VerificationKey } from './verification-key.ts';

/** A document of 1 MiB can contain 13,107 Ed25519 keys. */
const MAX_KEYS = 64;
/** Checking an unusable key costs as much as a usable one, so the total is limited too. */
const MAX_CHECKED = 256;

/**
 * Imports a JWK Set (RFC 7517). Usable keys are prepared for verification; the others are left out and
 * listed in `refused`, with the reason. An unusable key does not affect the others and does not throw.
 *
 * Left out: keys of an unknown type or algorithm, RSA keys outside 2048 to 8192 bits, with an exponent
 * that is even or not from 3 to 2^32-1, or with a ROCA modulus, Ed25519 points of small order, HMAC
 * secrets that are weak or shorter than their hash, private keys, keys whose `use` or `key_ops` does not allow verifying,
 * different keys that share `kid` and algorithm, secrets in a set with public keys, and keys beyond 64. A
 * key that is listed several times is one key.
 *
 * @throws TypeError if `jwks.keys` is not an array.
 * @example const keys = importKeySet({ keys: [jwk] });
 */
export function importKeySet(jwks: { readonly keys: readonly unknown[] }): KeySet {
  return importKeySetWith(signatureEngines, jwks);
}

/** Like importKeySet, with these engines: tests compare them. */
export function importKeySetWith(
  engines: readonly SignatureEngine[],
  jwks: { readonly keys: readonly unknown[] },
): ImportedKeySet {
  return importKeys(jwks, (jwk) => importKey(jwk, engines));
}

/** Like importKeySet, but refuses secrets: everyone who can read the set would know them. */
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
  if (!Array.isArray(jwks?.keys)) throw new TypeError('importKeySet: expected { keys: [...] }');
  const refused: { kid: string | undefined; why: string }[] = [];
  let usable: VerificationKey[] = [];
  let repeated = 0;
  const checked: readonly unknown[] = jwks.keys.slice(0, MAX_CHECKED);
  for (const jwk of checked) {
    const tooMany = usable.length >= MAX_KEYS;
    const key = tooMany
      ? `the set has more than ${MAX_KEYS} usable keys`
      : importOne(isObject(jwk) ? jwk : {});
    if (typeof key === 'string') refused.push({ kid: kidOf(jwk), why: key });
    else if (!isRepeated(key, usable)) usable.push(key);
    else repeated += 1;
  }
  const more = jwks.keys.length - checked.length;
  if (more > 0)
    refused.push({
      kid: undefined,
      why: `the set has ${more} keys more than the limit of ${MAX_CHECKED}`,
    });
  usable = leaveOut(usable, refused, sharesKid(usable), 'another key has its kid and algorithm');
  // Unusable public keys count as well: a set that contains any is probably published.
  const mixed = checked.some((jwk) => isObject(jwk) && ownMember(jwk, 'kty') !== 'oct');
  const isSecret = (key: VerificationKey): boolean => mixed && key.symmetric;
  usable = leaveOut(usable, refused, isSecret, 'it is a secret in a set with public keys');
  return new ImportedKeySet(usable, refused, repeated);
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

/**
 * True if the key is among these already, for example once with and once without `x5c` or `alg`. The entry
 * with `alg` replaces the one without.
 */
function isRepeated(key: VerificationKey, usable: VerificationKey[]): boolean {
  const index = usable.findIndex(
    (other) => other.kid === key.kid && mayVerifySame(other, key) && other.hasSameKey(key),
  );
  if (index === -1) return false;
  if (key.algorithm !== undefined) usable[index] = key;
  return true;
}

/** A token cannot say which of two keys it means, and trying both would accept either. */
function sharesKid(keys: readonly VerificationKey[]): (key: VerificationKey) => boolean {
  const shares = (key: VerificationKey, other: VerificationKey): boolean =>
    key !== other && key.kid !== undefined && key.kid === other.kid && mayVerifySame(key, other);
  const shared = new Set(keys.filter((key) => keys.some((other) => shares(key, other))));
  return (key) => shared.has(key);
}

/** The verifier's options may bind an RSA key without `alg` to any RSA algorithm. */
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
