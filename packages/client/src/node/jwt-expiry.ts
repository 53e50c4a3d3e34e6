/** Bytes of a signature, by the algorithm (RFC 7518, section 3.1; RFC 8037). */
const SIGNATURE_BYTES: Readonly<Record<string, number>> = {
  HS256: 32,
  HS384: 48,
  HS512: 64,
  ES256: 64,
  ES384: 96,
  ES512: 132,
  EdDSA: 64,
  Ed25519: 64,
};
/** Of an RSA key of 2048 bits. Keys are multiples of 512 bits. */
const MIN_RSA_BYTES = 256;
const RSA_STEP_BYTES = 64;

/**
 * The `exp` of a JWT, in seconds since the epoch, without verifying it; or what was read in its place, in words
 * that show nothing of it. A token whose end is missing is recognized by the length of its signature.
 */
export function readExpiry(token: string): number | string {
  if (token === '') return 'an empty file';
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const { alg } = decode(header) ?? {};
  const { exp } = decode(payload) ?? {};
  if (typeof alg !== 'string' || rest.length > 0) return 'another text, or a part of one';
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return 'a JWT without a number as exp';
  return isComplete(alg, signature) ? exp : 'a JWT that is cut off';
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isComplete(alg: string, signature: string): boolean {
  if (!/^[\w-]+$/.test(signature)) return false;
  const bytes = Math.floor((signature.length * 3) / 4);
  if (/^[RP]S\d/.test(alg)) return bytes >= MIN_RSA_BYTES && bytes % RSA_STEP_BYTES === 0;
  const expected = SIGNATURE_BYTES[alg];
  return expected === undefined || bytes === expected;
}
