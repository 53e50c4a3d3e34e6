import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../contract/authenticator.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { CredentialsExtractor } from './bearer-from-metadata.ts';

/** What the extractor found; INTERNAL where it gives what are no credentials. */
export function readCredentials(
  extractor: CredentialsExtractor,
  metadata: Metadata,
): Credentials | AuthError | undefined {
  const found: unknown = extractor.extract(metadata);
  if (found === undefined || AuthError.is(found) || isCredentials(found)) return found;
  return bug(new TypeError('the extractor gave neither credentials, an AuthError nor undefined'));
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== 'object' || value === null) return false;
  const { scheme, token } = value as Partial<Credentials>;
  return typeof scheme === 'string' && typeof token === 'string';
}

export function bug(fault: unknown): AuthError {
  return new AuthError('internal', 'bug', { cause: fault });
}
