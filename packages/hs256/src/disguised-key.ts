import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';

/**
 * What a secret really is, where it is no secret: a public key, a certificate or a key set, in any
 * disguise. Whoever knows the public key could sign tokens with it (RFC 8725, section 2.1).
 *
 * Looked through are: white space, zero-width characters, comments before the text, escaped line
 * ends, two-byte text, and up to three layers of base64, base64url or hex.
 */
export function findDisguisedKey(secret: Uint8Array): string | undefined {
  return look(Buffer.from(secret), 3);
}

const TEXT_SIGNS: readonly (readonly [RegExp, string])[] = [
  [/-{2,} *BEGIN/i, 'a key or certificate in PEM'],
  [/\b(ssh|sk-ssh|ecdsa)-(rsa|dss|ed25519|sha2)/i, 'an SSH public key'],
  [/"(kty|keys)"\s*:/, 'a JWK or JWK Set'],
];

function look(bytes: Buffer, layers: number): string | undefined {
  if (isDer(bytes) || isDer(trimmed(bytes))) return 'a key or certificate in DER';
  // Only what prints in ASCII stays: no white space, no zero-width characters, no NUL of UTF-16.
  const printed = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '');
  for (const [sign, what] of TEXT_SIGNS) if (sign.test(printed)) return what;
  if (layers === 0) return undefined;
  const packed = printed.replace(/\\[nrt]|\s/g, '');
  for (const inner of decodings(packed)) {
    const found = look(inner, layers - 1);
    if (found !== undefined) return `${found}, encoded once more`;
  }
  return undefined;
}

function decodings(text: string): readonly Buffer[] {
  const found: Buffer[] = [];
  if (/^[0-9a-f]{2,}$/i.test(text) && text.length % 2 === 0) found.push(Buffer.from(text, 'hex'));
  if (/^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(text)) found.push(Buffer.from(text, 'base64'));
  return found;
}

function trimmed(bytes: Buffer): Buffer {
  let [start, end] = [0, bytes.length];
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function isDer(bytes: Buffer): boolean {
  // Every one of these structures is a SEQUENCE.
  if (bytes[0] !== 0x30) return false;
  return [
    () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey({ key: bytes, format: 'der', type: 'sec1' }),
    () => new X509Certificate(bytes),
  ].some(succeeds);
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}
