import type { Metadata } from '@grpc/grpc-js';
import { knowsToken } from '../compose/known-token.ts';
import type { Authenticator, Credentials } from '../contract/authenticator.ts';
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
  const extractFor: ExtractFor = (metadata, isKnown) => {
    const values = metadata.get(header);
    if (values.length === 0) return undefined;
    const [value] = values;
    return values.length > 1 || typeof value !== 'string'
      ? new AuthError('malformed_credentials', 'multiple')
      : parseBearer(value, settings, isKnown);
  };
  const extractor: CredentialsExtractor = Object.freeze({
    headers: Object.freeze([header]),
    extract: (metadata: Metadata) => extractFor(metadata, undefined),
  });
  extractFors.set(extractor, extractFor);
  return extractor;
}

type ExtractFor = (
  metadata: Metadata,
  isKnown: ((token: string) => boolean) | undefined,
) => Credentials | AuthError | undefined;

/** By the extractor object, because a copy of it may have another extract(). */
const extractFors = new WeakMap<CredentialsExtractor, ExtractFor>();

/** extract() for the calls of one server. What a cache of its authenticator knows is not checked again. */
export function extractFrom(
  extractor: CredentialsExtractor,
  authenticator: Authenticator<object>,
): CredentialsExtractor['extract'] {
  const extractFor = extractFors.get(extractor);
  if (extractFor === undefined) return extractor.extract.bind(extractor);
  const isKnown = (token: string): boolean => knowsToken(authenticator, token);
  return (metadata) => extractFor(metadata, isKnown);
}
