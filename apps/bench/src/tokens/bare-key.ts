import { createPublicKey, type KeyObject } from 'node:crypto';

/** RFC 4055: id-RSASSA-PSS with SHA-256, MGF1 with SHA-256 and 32 bytes of salt, in DER. */
const PSS_ALGORITHM = Buffer.from(
  '304106092a864886f70d01010a3034a00f300d06096086480165030402010500' +
    'a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120',
  'hex',
);
/** In the SubjectPublicKeyInfo of an RSA key: the outer header, then the algorithm rsaEncryption. */
const OUTER_HEADER_BYTES = 4;
const RSA_ALGORITHM_BYTES = 15;

/**
 * The same RSA key, restricted to PS256 by its own type, so that `crypto.verify` needs no options: an
 * options object around a key costs about 20 µs more on Node.js 24.
 */
export function pssKeyOf(key: KeyObject): KeyObject {
  const rsa = key.export({ format: 'der', type: 'spki' });
  const bits = rsa.subarray(OUTER_HEADER_BYTES + RSA_ALGORITHM_BYTES);
  const body = Buffer.concat([PSS_ALGORITHM, bits]);
  const header = Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]);
  return createPublicKey({ key: Buffer.concat([header, body]), format: 'der', type: 'spki' });
}

/** An ES256 signature in the form that `crypto.verify` expects without options. */
export function derSignatureOf(signature: Buffer): Buffer {
  const half = signature.length / 2;
  const body = Buffer.concat([
    integerOf(signature.subarray(0, half)),
    integerOf(signature.subarray(half)),
  ]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function integerOf(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const sign = digits[0]! >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits]);
}
