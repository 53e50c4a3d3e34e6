import { getCurves, getHashes, type KeyObject } from 'node:crypto';
import { ConfigError } from '@grpc-authn/core/authenticator';
import { checkTexts, nearestName, wrongOption } from '@grpc-authn/core/internal';

interface Algorithm {
  readonly kty: 'oct' | 'RSA' | 'EC' | 'OKP';
  readonly crv?: string;
  /** HMAC only: the key must be at least as long as the hash (RFC 7518, section 3.2). */
  readonly minBytes?: number;
  /** Absent for RSA, where it is the length of the modulus. */
  readonly signatureBytes?: number;
}

/** The signature algorithms of RFC 7518 and RFC 8037, without `none`. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['HS256', { kty: 'oct', minBytes: 32, signatureBytes: 32 }],
  ['HS384', { kty: 'oct', minBytes: 48, signatureBytes: 48 }],
  ['HS512', { kty: 'oct', minBytes: 64, signatureBytes: 64 }],
  ['RS256', { kty: 'RSA' }],
  ['RS384', { kty: 'RSA' }],
  ['RS512', { kty: 'RSA' }],
  ['PS256', { kty: 'RSA' }],
  ['PS384', { kty: 'RSA' }],
  ['PS512', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256', signatureBytes: 64 }],
  ['ES384', { kty: 'EC', crv: 'P-384', signatureBytes: 96 }],
  ['ES512', { kty: 'EC', crv: 'P-521', signatureBytes: 132 }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', signatureBytes: 64 }],
]);

/** Asymmetric, so that a verifier cannot sign. Never taken from a provider's metadata. */
export const DEFAULT_ALGORITHMS: readonly string[] = Object.freeze([
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
]);

/** Every name that is valid in `algorithms` for public keys. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = Object.freeze([
  ...[...ALGORITHMS].filter(([, { kty }]) => kty !== 'oct').map(([name]) => name),
  'Ed25519',
]);

/** Ed25519 (RFC 9864) and EdDSA (RFC 8037) are one algorithm here. Ed448 is not supported. */
export function canonicalAlgorithm(name: string): string {
  return name === 'Ed25519' ? 'EdDSA' : name;
}

export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS.get(canonicalAlgorithm(name));
}

/** The exact length of a signature by this algorithm and key, in bytes (RFC 7518, RFC 8032). */
export function signatureBytesOf(algorithm: string, key: KeyObject): number {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return ALGORITHMS.get(algorithm)?.signatureBytes ?? Math.ceil(bits / 8);
}

/**
 * The algorithm of a key without `alg`, by type and curve. Undefined for RSA, whose keys fit six: the
 * verifier's allow-list decides (`rsaAlgorithmOf`).
 */
export function algorithmOf(kty: unknown, crv: unknown): string | undefined {
  if (kty === 'oct') return 'HS256';
  for (const [name, algorithm] of ALGORITHMS) {
    if (algorithm.kty === kty && algorithm.crv !== undefined && algorithm.crv === crv) return name;
  }
  return undefined;
}

/** RS256 if it is allowed, else the first allowed RSA algorithm. One, never several. */
export function rsaAlgorithmOf(allowed: readonly string[]): string | undefined {
  if (allowed.includes('RS256')) return 'RS256';
  return allowed.find((name) => ALGORITHMS.get(name)?.kty === 'RSA');
}

/** Returns the canonical allow-list. @throws ConfigError for an algorithm that is unknown, or missing in the runtime. */
export function checkAlgorithms(
  option: string,
  value: unknown,
  defaults: readonly string[] = DEFAULT_ALGORITHMS,
): readonly string[] {
  if (value === undefined) return defaults;
  const names = checkTexts(option, value).map(canonicalAlgorithm);
  for (const name of names) {
    if (!ALGORITHMS.has(name)) {
      const near = nearestName(name, ALGORITHMS.keys());
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      throw wrongOption(
        option,
        `${JSON.stringify(name)}${hint}`,
        `some of ${[...ALGORITHMS.keys()].join(', ')}`,
      );
    }
    if (!runtimeHas(name)) {
      throw new ConfigError([{ path: option, message: `this build of Node.js has no ${name}` }]);
    }
  }
  return Object.freeze([...new Set(names)]);
}

/** A FIPS build of OpenSSL lacks some algorithms. */
function runtimeHas(name: string): boolean {
  const { kty, crv } = ALGORITHMS.get(name) ?? {};
  if (kty === 'EC') return getCurves().includes(OPENSSL_CURVES[crv as keyof typeof OPENSSL_CURVES]);
  if (kty === 'OKP') return true;
  return getHashes().includes(`sha${name.slice(2)}`);
}

const OPENSSL_CURVES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
