/** The last character of a segment carries 6, 4 or 2 bits that count; the rest must be zero. */
const ENDS_TWO_OVER = 'AQgw';
const ENDS_THREE_OVER = 'AEIMQUYcgkosw048';

/**
 * The bytes of a segment in base64url (RFC 7515, section 2), or undefined unless it is written in
 * the one canonical way: no padding, no white space, no other alphabet, no bits set beyond the
 * bytes. Otherwise one token would have many spellings, and a deny list by spelling none of them.
 */
export function decodeBase64url(segment: string): Buffer | undefined {
  const { length } = segment;
  const over = length % 4;
  if (over === 1 || !isAscii(segment) || segment.includes('+') || segment.includes('/')) {
    return undefined;
  }
  if (over === 2 && !ENDS_TWO_OVER.includes(segment.charAt(length - 1))) return undefined;
  if (over === 3 && !ENDS_THREE_OVER.includes(segment.charAt(length - 1))) return undefined;
  const bytes = Buffer.from(segment, 'base64url');
  // The decoder skips what it does not know, and ends at padding: then it is short of bytes.
  return bytes.length === Math.floor((length * 3) / 4) ? bytes : undefined;
}

/** The decoder would take U+0141 for 'A': it looks at one byte of a character. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length;
}
