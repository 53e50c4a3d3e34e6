import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../contract/authenticator.ts';
import {
  type BearerFormat,
  checkMetadataKey,
  parseBearer,
  readBearerFormat,
} from '../credentials/bearer.ts';
import { AuthError } from '../errors/auth-error.ts';
import { checkOptionNames } from '../errors/option-checks.ts';

/** Reads the credentials of a call's metadata. */
export interface CredentialsExtractor {
  /** The keys that are removed from the metadata before the handler sees it. */
  readonly headers: readonly string[];
  extract(metadata: Metadata): Credentials | AuthError | undefined;
}

export interface BearerOptions extends BearerFormat {
  /** The metadata key; default 'authorization'. */
  readonly header?: string;
}

/**
 * Takes a bearer token (RFC 6750) from one metadata field: the scheme in any case, then one or more
 * spaces. undefined if the field is absent; an AuthError for another scheme (`missing_credentials`),
 * for several values, for a token that is too long, and for a character that no token has
 * (`malformed_credentials`).
 *
 * @throws ConfigError for a wrong option.
 * @example createAuthInterceptor({ authenticator, credentials: bearerFromMetadata({ header: 'x-token' }) })
 */
export function bearerFromMetadata(options: BearerOptions = {}): CredentialsExtractor {
  checkOptionNames('bearerFromMetadata', options, ['header', 'maxTokenBytes', 'bare']);
  const { header: named = 'authorization' } = options;
  const header = checkMetadataKey('header', named);
  const settings = readBearerFormat(options);
  return Object.freeze({
    headers: Object.freeze([header]),
    extract(metadata: Metadata): Credentials | AuthError | undefined {
      const values = metadata.get(header);
      if (values.length === 0) return undefined;
      const [value] = values;
      return values.length > 1 || typeof value !== 'string'
        ? new AuthError('malformed_credentials', 'multiple')
        : parseBearer(value, settings);
    },
  });
}
