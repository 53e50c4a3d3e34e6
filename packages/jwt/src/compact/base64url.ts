const ALPHABET = /^[A-Za-z0-9_-]*$/;
/** The last character of a segment carries 6, 4 or 2 bits that count; the rest must be zero. */
const ENDS_TWO_OVER = 'AQgw';
const ENDS_THREE_OVER = 'AEIMQUYcgkosw048';

/**
 * The bytes of a segment in base64url (RFC 7515, section 2), or undefined unless it is written in
 * the one canonical way: no padding, no white space, no other alphabet, no bits set beyond the
 * bytes. Otherwise one token would have many spellings, and a deny list by spelling none of them.
 */
export function decodeBase64url(segment: string): Buffer | undefined {
  const over = segment.length % 4;
  if (over === 1 || !ALPHABET.test(segment)) return undefined;
  const last = segment.at(-1) ?? '';
  if (over === 2 && !ENDS_TWO_OVER.includes(last)) return undefined;
  if (over === 3 && !ENDS_THREE_OVER.includes(last)) return undefined;
  return Buffer.from(segment, 'base64url');
}
