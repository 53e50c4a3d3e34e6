/** The grammar of SPIFFE IDs (SPIFFE-ID, sections 2.1 to 2.3). Every character is ASCII, so characters are bytes. */
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/[A-Za-z0-9._-]+)*$/;
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/;
const MAX_BYTES = 2048;

export function isTrustDomain(name: string): boolean {
  return TRUST_DOMAIN.test(name);
}

/** The SPIFFE ID of the trust domain itself. */
export function idOf(trustDomain: string): string {
  return `spiffe://${trustDomain}`;
}

/**
 * True for the exact spelling that the standard allows: a lower-case trust domain without user name and port,
 * no query, fragment, percent-encoding or trailing slash, and no empty or relative segment.
 */
export function isSpiffeId(text: string): boolean {
  return text.length <= MAX_BYTES && SPIFFE_ID.test(text) && !DOT_SEGMENT.test(text);
}

/** True if the text begins with this trust domain. The rest may still be no SPIFFE ID. */
export function isOfTrustDomain(text: string, trustDomain: string): boolean {
  const own = idOf(trustDomain);
  return text === own || text.startsWith(`${own}/`);
}
