/** Longer runs of these characters are not written by hand, except as paths and addresses. */
const MIN_LENGTH = 32;
const TOKEN_CHARACTERS = /^[A-Za-z0-9\-._~+/]+=*$/;
const JWT = /(?:^|[^A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}/;
const SCHEME = /^(?:bearer|basic|dpop)\s+\S/i;
/** An identifier of a provider has the same form: only a JWT and a header are recognized in `--set NAME=value`. */
const SETTING = /^[A-Za-z_]\w*=/;

/**
 * True for an argument that may be a token: a JWT, wherever it is in the argument; an authorization header; a
 * long run of letters and digits that is no path, address or method.
 */
export function looksLikeToken(argument: string): boolean {
  const value = argument.replace(/^--?[\w-]+=/, '');
  if (JWT.test(value) || SCHEME.test(value)) return true;
  if (SETTING.test(value) || argument.startsWith('--set=')) return false;
  return value.length >= MIN_LENGTH && TOKEN_CHARACTERS.test(value) && isRandom(value);
}

function isRandom(value: string): boolean {
  const parts = value.split(/[/.]/);
  const longest = parts.reduce((a, b) => (a.length >= b.length ? a : b), '');
  if (longest.length < MIN_LENGTH) return false;
  // The name of a method or of a file may be long, too, but has few digits.
  const digits = longest.replaceAll(/\D/g, '').length;
  return digits >= (parts.length === 1 ? 1 : 4);
}
