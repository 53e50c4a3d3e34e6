/** No comma, no space, nothing outside ASCII. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** True if a bearer token may have these characters (RFC 6750, section 2.1: b64token). */
export function isB64Token(token: string): boolean {
  return B64TOKEN.test(token);
}
