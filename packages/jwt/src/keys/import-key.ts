import { createPublicKey, createSecretKey } from 'node:crypto';
import type { JsonObject } from '@grpc-authn/core/authenticator';
import { decodeBase64url } from '../compact/base64url.ts';
import { ownMember } from '../compact/json-object.ts';
import type { SignatureEngine } from '../signature/signature-engine.ts';
import { algorithmOf, canonicalAlgorithm, findAlgorithm } from './algorithms.ts';
import { isRocaModulus } from './roca.ts';
import { isOfSmallOrder } from './small-order.ts';
import { VerificationKey } from './verification-key.ts';
import { findWeakness } from './weak-secret.ts';

const RSA_BITS = { min: 2048, max: 8192 };
/** A huge exponent costs milliseconds per verification, which makes denial of service easy. */
const RSA_EXPONENT = { min: 3n, max: 2n ** 32n - 1n };
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];

/** Returns the key, or why it is refused. All checks read the raw JWK (RFC 7517); x5c is ignored. */
export function importKey(
  jwk: JsonObject,
  engines: readonly SignatureEngine[],
): VerificationKey | string {
  const kid = ownMember(jwk, 'kid');
  if (kid !== undefined && typeof kid !== 'string') return 'its kid is not a string';
  const forbidden = whyNotForVerifying(jwk);
  if (forbidden !== undefined) return forbidden;
  const kty = ownMember(jwk, 'kty');
  const crv = ownMember(jwk, 'crv');
  const alg = ownMember(jwk, 'alg');
  if (alg !== undefined && typeof alg !== 'string') return 'its alg is not a string';
  const algorithm = alg === undefined ? algorithmOf(kty, crv) : canonicalAlgorithm(alg);
  if (algorithm === undefined && kty !== 'RSA') return 'its type has no supported algorithm';
  if (algorithm !== undefined) {
    const found = findAlgorithm(algorithm);
    if (found === undefined) return 'its alg is not a supported signature algorithm';
    if (found.kty !== kty || found.crv !== crv) return 'its alg does not match its type and curve';
    if (found.minBytes !== undefined)
      return importSecret(jwk, { kid, algorithm, minBytes: found.minBytes }, engines);
  }
  const weak = kty === 'RSA' ? whyWeakRsa(jwk) : undefined;
  if (weak !== undefined) return weak;
  try {
    const material = publicMembers(jwk);
    const keyObject = createPublicKey({ key: material, format: 'jwk' });
    if (isOfSmallOrder(keyObject)) return 'its point is of small order';
    return new VerificationKey({ kid, algorithm, keyObject, material }, engines);
  } catch {
    return 'it is not a valid public key';
  }
}

function whyNotForVerifying(jwk: JsonObject): string | undefined {
  const use = ownMember(jwk, 'use');
  if (use !== undefined && use !== 'sig') return 'its use is not "sig"';
  const operations = ownMember(jwk, 'key_ops');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'its key_ops do not include "verify"';
  }
  return PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))
    ? 'it has private members: a leaked key must not be trusted'
    : undefined;
}

function importSecret(
  jwk: JsonObject,
  expected: {
    readonly kid: string | undefined;
    readonly algorithm: string;
    readonly minBytes: number;
  },
  engines: readonly SignatureEngine[],
): VerificationKey | string {
  const { kid, algorithm, minBytes } = expected;
  const k = ownMember(jwk, 'k');
  if (typeof k !== 'string' || !/^[A-Za-z0-9_-]+$/.test(k)) return 'its k is not base64url';
  // Accepts non-zero unused bits: refusing the key here would hide that two keys share one kid.
  const bytes = Buffer.from(k, 'base64url');
  if (bytes.length < minBytes) return `its secret is shorter than ${minBytes} bytes`;
  const weakness = findWeakness(bytes, k);
  if (weakness !== undefined) return `its secret ${weakness}`;
  const keyObject = createSecretKey(bytes);
  return new VerificationKey({ kid, algorithm, keyObject, material: undefined }, engines);
}

function whyWeakRsa(jwk: JsonObject): string | undefined {
  const modulus = toBigInt(ownMember(jwk, 'n'));
  const exponent = toBigInt(ownMember(jwk, 'e'));
  if (modulus === undefined || exponent === undefined) return 'its n or e is not base64url';
  const bits = modulus.toString(2).length;
  if (bits < RSA_BITS.min) return `its modulus has fewer than ${RSA_BITS.min} bits`;
  if (bits > RSA_BITS.max) return `its modulus has more than ${RSA_BITS.max} bits`;
  if (exponent % 2n === 0n || exponent < RSA_EXPONENT.min || exponent > RSA_EXPONENT.max) {
    return 'its exponent is even, or not from 3 to 2^32-1';
  }
  if (modulus % 2n === 0n) return 'its modulus is even';
  return isRocaModulus(modulus) ? 'its modulus is vulnerable to ROCA (CVE-2017-15361)' : undefined;
}

/** More than the largest allowed modulus needs; keeps a huge string from becoming a BigInt. */
const MAX_INTEGER_CHARACTERS = 4096;

function toBigInt(member: unknown): bigint | undefined {
  if (typeof member !== 'string' || member.length > MAX_INTEGER_CHARACTERS) return undefined;
  const bytes = decodeBase64url(member);
  return bytes === undefined || bytes.length === 0
    ? undefined
    : BigInt(`0x${bytes.toString('hex')}`);
}

function publicMembers(jwk: JsonObject): Readonly<Record<string, string>> {
  const members: Record<string, string> = {};
  for (const name of ['kty', 'crv', 'n', 'e', 'x', 'y']) {
    const value = ownMember(jwk, name);
    if (typeof value === 'string') members[name] = value;
  }
  return members;
}
