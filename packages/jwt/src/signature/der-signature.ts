const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * An ECDSA signature as OpenSSL reads it (RFC 3279, section 2.2.3), out of r and s side by side, as a
 * JWS has them (RFC 7518, section 3.4). Whether they are in range is for OpenSSL to say.
 *
 * Byte by byte into one buffer: each signature pays for it, and three buffers cost 1 to 3 µs more.
 */
export function derSignature(signature: Uint8Array): Buffer {
  const half = signature.length / 2;
  const r = firstByteOf(signature, 0, half);
  const s = firstByteOf(signature, half, signature.length);
  const bodyLength = lengthOf(signature, r, half) + lengthOf(signature, s, signature.length) + 4;
  // P-521 needs a length of two bytes, the others one.
  const headLength = bodyLength < 0x80 ? 2 : 3;
  const der = Buffer.allocUnsafe(headLength + bodyLength);
  der[0] = SEQUENCE;
  der[1] = 0x81;
  der[headLength - 1] = bodyLength;
  const next = writeInteger(der, headLength, signature, r, half);
  writeInteger(der, next, signature, s, signature.length);
  return der;
}

/** Without leading zeros, but for the last byte: DER has numbers in their shortest form. */
function firstByteOf(signature: Uint8Array, start: number, end: number): number {
  let first = start;
  while (first < end - 1 && signature[first] === 0) first += 1;
  return first;
}

/** One byte more where the first bit would read as a minus. */
function lengthOf(signature: Uint8Array, first: number, end: number): number {
  return end - first + (readsAsMinus(signature, first) ? 1 : 0);
}

function readsAsMinus(signature: Uint8Array, first: number): boolean {
  return (signature[first] ?? 0) >= 0x80;
}

/** Where the next element begins. */
function writeInteger(
  der: Buffer,
  start: number,
  signature: Uint8Array,
  first: number,
  end: number,
): number {
  let at = start + 2;
  der[start] = INTEGER;
  der[start + 1] = lengthOf(signature, first, end);
  if (readsAsMinus(signature, first)) {
    der[at] = 0;
    at += 1;
  }
  for (let index = first; index < end; index += 1) {
    der[at] = signature[index] ?? 0;
    at += 1;
  }
  return at;
}
