import type { Credentials } from '../contract/authenticator.ts';
import { isB64Token } from '../contract/b64token.ts';
import { AuthError } from '../errors/auth-error.ts';
import { checkNumber, checkOneOf, describeValue, wrongOption } from '../errors/option-checks.ts';

const SCHEME = 'bearer';
/** A value with more spaces than this may be refused as too large. */
const MAX_SPACES = 64;

export interface BearerFormat {
  /** The longest token, in bytes, 1 to 65,536; default 16,384. */
  readonly maxTokenBytes?: number;
  /**
   * Also accepts a token without a scheme, as some proxies send it in a header of their own. Default
   * false in code; true in a config file for every header other than `authorization`.
   */
  readonly bare?: boolean;
}

export interface BearerSettings {
  readonly maxTokenBytes: number;
  readonly bare: boolean;
}

/** @throws ConfigError for a wrong value. */
export function readBearerFormat({ maxTokenBytes, bare = false }: BearerFormat): BearerSettings {
  checkOneOf('bare', bare, [true, false]);
  return {
    maxTokenBytes: checkNumber('maxTokenBytes', maxTokenBytes, {
      default: 16_384,
      min: 1,
      max: 65_536,
    }),
    bare,
  };
}

/**
 * The length is checked before any character is: a megabyte costs no more than a word. A token for which
 * `isKnown` is true has had its characters checked before.
 */
export function parseBearer(
  value: string,
  settings: BearerSettings,
  isKnown: (token: string) => boolean = () => false,
): Credentials | AuthError {
  const end = SCHEME.length;
  if (
    value.slice(0, end).toLowerCase() === SCHEME &&
    (value.length === end || value[end] === ' ')
  ) {
    const isTooLarge = value.length - end > settings.maxTokenBytes + MAX_SPACES;
    const stop = isTooLarge ? end + MAX_SPACES : value.length;
    let start = end;
    // RFC 6750, section 2.1: 1*SP.
    while (start < stop && value[start] === ' ') start += 1;
    return checkToken(value, start, settings, isKnown);
  }
  return settings.bare && !value.includes(' ')
    ? checkToken(value, 0, settings, isKnown)
    : new AuthError('missing_credentials', 'other_scheme');
}

function checkToken(
  value: string,
  start: number,
  settings: BearerSettings,
  isKnown: (token: string) => boolean,
): Credentials | AuthError {
  const bytes = value.length - start;
  if (bytes > settings.maxTokenBytes) {
    const cause = new TokenTooLarge(bytes, settings.maxTokenBytes);
    return new AuthError('malformed_credentials', 'too_large', { cause });
  }
  const token = value.slice(start);
  if (isKnown(token) || isB64Token(token)) return { scheme: SCHEME, token };
  const reason = token.includes(',') ? 'multiple' : 'bad_characters';
  return new AuthError('malformed_credentials', reason);
}

/** For the operator: tokens with many groups or roles are the usual cause. */
export class TokenTooLarge extends RangeError {
  readonly maxTokenBytes: number;
  readonly bytes: number;

  constructor(bytes: number, maxTokenBytes: number) {
    super(
      `expected a token of at most ${maxTokenBytes} bytes (maxTokenBytes), received ${bytes} bytes`,
    );
    this.maxTokenBytes = maxTokenBytes;
    this.bytes = bytes;
  }
}

/**
 * Reads the value of an `authorization` header by the rules of bearerFromMetadata(): the scheme in any
 * case, one or more spaces, a token (RFC 6750, section 2.1). undefined for undefined; an AuthError for
 * another scheme (`missing_credentials`), for a token that is too long, for a character that no token
 * has, and for several values (`malformed_credentials`).
 *
 * @throws ConfigError for a wrong option.
 * @example const credentials = bearerFromHeader(request.headers.authorization);
 */
export function bearerFromHeader(
  value: string | undefined,
  options: BearerFormat = {},
): Credentials | AuthError | undefined {
  const settings = readBearerFormat(options);
  if (value === undefined) return undefined;
  // An HTTP library may return a list for several fields of one name.
  return typeof value === 'string'
    ? parseBearer(value, settings)
    : new AuthError('malformed_credentials', 'multiple');
}

/** @throws ConfigError for a name that no gRPC metadata field of text has. */
export function checkMetadataKey(option: string, header: unknown): string {
  const fits =
    typeof header === 'string' &&
    /^[0-9a-z_.-]+$/.test(header) &&
    !header.endsWith('-bin') &&
    !header.startsWith('grpc-');
  if (fits) return header;
  throw wrongOption(option, describeValue(header), 'a lower-case metadata key of text');
}
