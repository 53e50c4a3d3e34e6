import type { Credentials } from '../contract/authenticator.ts';
import { AuthError } from '../errors/auth-error.ts';

/** What an extractor or a binding returned; `internal` if it is none of the three. */
export function readCredentials(found: unknown): Credentials | AuthError | undefined {
  if (found === undefined || AuthError.is(found) || isCredentials(found)) return found;
  const cause = new TypeError('expected credentials, an AuthError or undefined of the extractor');
  return new AuthError('internal', 'bug', { cause });
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false;
  const { scheme, token } = value as Partial<Credentials>;
  return typeof scheme === 'string' && typeof token === 'string';
}
