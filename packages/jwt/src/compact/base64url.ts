/** Canonical last characters of a segment that ends in 2 or 3 characters: the unused bits are zero. */
const LAST_OF_TWO = 'AQgw';
const LAST_OF_THREE = 'AEIMQUYcgkosw048';

/**
 * Decodes base64url (RFC 7515, section 2). Undefined if the segment is not canonical: padding, white
 * space, another alphabet, or unused bits that are not zero. With several spellings of one token, a
 * deny list of tokens could be bypassed.
 */
export function decodeBase64url(segment: string): Buffer | undefined {
  const { length } = segment;
  const rest = length % 4;
  if (rest === 1 || !isAscii(segment) || segment.includes('+') || segment.includes('/')) {
    return undefined;
  }
  if (rest === 2 && !LAST_OF_TWO.includes(segment.charAt(length - 1))) return undefined;
  if (rest === 3 && !LAST_OF_THREE.includes(segment.charAt(length - 1))) return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  // The decoder skips unknown characters and stops at padding, so fewer bytes mean invalid input.
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined;
}

/** The decoder reads one byte of each character, so it would decode U+0141 as 'A'. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length;
}
