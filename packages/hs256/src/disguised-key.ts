import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';

/**
 * Describes the key, certificate or key set that a secret contains; undefined if it contains none.
 * Everyone who knows the public key could sign tokens with it (RFC 8725, section 2.1).
 *
 * Detects it despite white space, zero-width characters, byte order marks, leading comments, escapes,
 * quotes, two-byte text, and up to three layers of base64, base64url or hex.
 */
export function findDisguisedKey(secret: Uint8Array): string | undefined {
  return find(Buffer.from(secret), 3);
}

const TEXT_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-{2,} *BEGIN/i, 'a key or certificate in PEM'],
  [/\b(ssh|sk-ssh|ecdsa)-(rsa|dss|ed25519|sha2)/i, 'an SSH public key'],
  [/["'](kty|keys)["'] *:/, 'a JWK or JWK Set'],
];

function find(bytes: Buffer, layers: number): string | undefined {
  if (stripped(bytes).some(isDer)) return 'a key or certificate in DER';
  const text = plainText(bytes);
  for (const [pattern, kind] of TEXT_PATTERNS) if (pattern.test(text)) return kind;
  if (layers === 0) return undefined;
  for (const inner of decodings(bytes)) {
    const found = find(inner, layers - 1);
    if (found !== undefined) return `${found}, encoded`;
  }
  return undefined;
}

/** The printable ASCII characters: drops white space, zero-width characters and the NULs of two-byte text. */
function plainText(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/\\+u([0-9a-f]{4})/gi, (_escape, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replaceAll('\\', '');
}

/** Decodes the text as a whole, and each long run of characters of an encoding. */
function decodings(bytes: Buffer): readonly Buffer[] {
  const lines = bytes
    .toString('latin1')
    .replace(/\\+[nrt]/g, '\n')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/[^\x21-\x7e]/g, ''));
  const encoded = lines.filter((line) => /^[A-Za-z0-9+/_=-]+$/.test(line)).join('');
  const candidates = new Set([lines.join(''), encoded]);
  for (const line of lines) {
    for (const [run] of line.matchAll(/[A-Za-z0-9+/_-]{40,}={0,2}/g)) candidates.add(run);
  }
  return [...candidates].flatMap(decode);
}

function decode(text: string): readonly Buffer[] {
  const found: Buffer[] = [];
  const digits = text.replace(/^0x/i, '').replaceAll(':', '');
  if (/^(?:[0-9a-f]{2})+$/i.test(digits)) found.push(Buffer.from(digits, 'hex'));
  if (/^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(text)) found.push(Buffer.from(text, 'base64'));
  return found;
}

/** The bytes as they are, and without filler at either end. DER itself may end in a space byte. */
function stripped(bytes: Buffer): readonly Buffer[] {
  let [start, end] = [0, bytes.length];
  while (start < end && isFiller(bytes[start])) start += 1;
  while (end > start && isFiller(bytes[end - 1])) end -= 1;
  return [bytes, bytes.subarray(start), bytes.subarray(0, end), bytes.subarray(start, end)];
}

/** White space, NUL and the bytes of a byte order mark. */
function isFiller(byte = -1): boolean {
  return (
    byte === 0x20 ||
    byte === 0 ||
    (byte >= 0x09 && byte <= 0x0d) ||
    [0xef, 0xbb, 0xbf].includes(byte)
  );
}

function isDer(bytes: Buffer): boolean {
  // All of these structures are a SEQUENCE.
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
