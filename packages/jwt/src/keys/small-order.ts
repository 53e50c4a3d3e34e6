import type { KeyObject } from 'node:crypto';

/**
 * The y coordinates of the Ed25519 points whose order divides 8, little-endian, without the sign bit; p
 * and p + 1 are alternative encodings of 0 and 1. For such a key anyone can forge signatures of at least
 * one message in eight. OpenSSL 3.0 accepts these keys.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
]);

export function isOfSmallOrder(key: KeyObject): boolean {
  if (key.asymmetricKeyType !== 'ed25519') return false;
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  point[31] = (point[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(point.toString('hex'));
}
