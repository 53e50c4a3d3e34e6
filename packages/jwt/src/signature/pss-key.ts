import { createPublicKey, type KeyObject } from 'node:crypto';

/** The last number of each hash's object identifier, 2.16.840.1.101.3.4.2.x, and its length in bytes. */
const HASHES: ReadonlyMap<string, { readonly id: number; readonly bytes: number }> = new Map([
  ['sha256', { id: 1, bytes: 32 }],
  ['sha384', { id: 2, bytes: 48 }],
  ['sha512', { id: 3, bytes: 64 }],
]);

const SEQUENCE = 0x30;
const NULL = Buffer.from([0x05, 0x00]);
const RSASSA_PSS = Buffer.from('06092a864886f70d01010a', 'hex');
const MGF1 = Buffer.from('06092a864886f70d010108', 'hex');

/**
 * Converts an RSA key to an RSASSA-PSS key (RFC 4055, section 3.1), bound to the hash, MGF1 with that
 * hash, and a salt of its length (RFC 7518, section 3.5), so that calls need no options. Undefined if
 * this build of OpenSSL does not support it.
 */
export function toPssKey(key: KeyObject, hash: string): KeyObject | undefined {
  const found = HASHES.get(hash);
  if (found === undefined) return undefined;
  const digest = element(SEQUENCE, Buffer.from(`060960864801650304020${found.id}`, 'hex'), NULL);
  const parameters = element(
    SEQUENCE,
    element(0xa0, digest),
    element(0xa1, element(SEQUENCE, MGF1, digest)),
    element(0xa2, Buffer.from([0x02, 0x01, found.bytes])),
  );
  const bits = Buffer.concat([Buffer.alloc(1), key.export({ format: 'der', type: 'pkcs1' })]);
  const spki = element(SEQUENCE, element(SEQUENCE, RSASSA_PSS, parameters), element(0x03, bits));
  try {
    const pssKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const { hashAlgorithm, mgf1HashAlgorithm, saltLength } = pssKey.asymmetricKeyDetails ?? {};
    const bound = hashAlgorithm === hash && mgf1HashAlgorithm === hash;
    return bound && saltLength === found.bytes ? pssKey : undefined;
  } catch {
    return undefined;
  }
}

/** A DER element of up to 65,535 bytes (X.690, section 10.1): tag, shortest length, body. */
function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}
