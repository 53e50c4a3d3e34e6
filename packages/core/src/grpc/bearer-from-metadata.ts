import type { Metadata } from '@grpc/grpc-js';
import type { Credentials } from '../contract/authenticator.ts';
import { AuthError } from '../errors/auth-error.ts';
import {
  checkNumber,
  checkOptionNames,
  describeValue,
  wrongOption,
} from '../errors/option-checks.ts';

/** Reads the credentials out of a call's metadata. */
export interface CredentialsExtractor {
  /** What is taken out of the metadata before the handler sees it. */
  readonly headers: readonly string[];
  extract(metadata: Metadata): Credentials | AuthError | undefined;
}

export interface BearerOptions {
  /** The metadata key; `authorization` unless said. */
  readonly header?: string;
  /** Longest token, in bytes, 1 to 65,536; 8192 unless said. */
  readonly maxTokenBytes?: number;
}

/** RFC 6750, section 2.1: b64token. No comma, no space, nothing outside ASCII. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const SCHEME = 'bearer';

/**
 * Takes a bearer token (RFC 6750) from one metadata field. The scheme is compared without case; one
 * space follows it. Undefined where the field is absent; an AuthError for another scheme
 * (`missing_credentials`), and for several values, too long a token or a character that no token has
 * (`malformed_credentials`).
 *
 * @throws ConfigError for a wrong option.
 * @example createAuthInterceptor({ authenticator, credentials: bearerFromMetadata({ header: 'x-token' }) })
 */
export function bearerFromMetadata(options: BearerOptions = {}): CredentialsExtractor {
  checkOptionNames('bearerFromMetadata', options, ['header', 'maxTokenBytes']);
  const { header: named = 'authorization' } = options;
  const header = checkMetadataKey('header', named);
  const maxTokenBytes = checkNumber('maxTokenBytes', options.maxTokenBytes, {
    default: 8192,
    min: 1,
    max: 65_536,
  });
  return Object.freeze({
    headers: Object.freeze([header]),
    extract(metadata: Metadata): Credentials | AuthError | undefined {
      const values = metadata.get(header);
      if (values.length === 0) return undefined;
      const [value] = values;
      if (values.length > 1 || typeof value !== 'string') {
        return new AuthError('malformed_credentials', 'multiple');
      }
      return parseBearer(value, maxTokenBytes);
    },
  });
}

/** The length is checked before any character is: a megabyte costs no more than a word. */
function parseBearer(value: string, maxTokenBytes: number): Credentials | AuthError {
  const schemeEnd = SCHEME.length;
  if (value.slice(0, schemeEnd).toLowerCase() !== SCHEME) return otherScheme();
  if (value.length === schemeEnd) return new AuthError('malformed_credentials', 'bad_characters');
  if (value[schemeEnd] !== ' ') return otherScheme();
  if (value.length - schemeEnd - 1 > maxTokenBytes) {
    return new AuthError('malformed_credentials', 'too_large');
  }
  const token = value.slice(schemeEnd + 1);
  if (B64TOKEN.test(token)) return { scheme: SCHEME, token };
  return new AuthError(
    'malformed_credentials',
    token.includes(',') ? 'multiple' : 'bad_characters',
  );
}

function otherScheme(): AuthError {
  return new AuthError('missing_credentials', 'other_scheme');
}

/** @throws ConfigError for what no gRPC metadata field of text is called. */
export function checkMetadataKey(option: string, header: unknown): string {
  const fits =
    typeof header === 'string' &&
    /^[0-9a-z_.-]+$/.test(header) &&
    !header.endsWith('-bin') &&
    !header.startsWith('grpc-');
  if (fits) return header;
  throw wrongOption(option, describeValue(header), 'a lower-case metadata key of text');
}
