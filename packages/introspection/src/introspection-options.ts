import {
  type AuthEvent,
  type CacheOptions,
  type Clock,
  type OneOrMore,
} from '@grpc-authn/core/authenticator';
import {
  checkClock,
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  checkText,
  checkTexts,
  describeValue,
  wrongOption,
} from '@grpc-authn/core/internal';
import {
  type BasicEncodingOption,
  checkWrittenUrl,
  type ClientAuthentication,
  type ClientCredentials,
  type HttpOptions,
  type HttpSettings,
  readBasicEncoding,
  readClientAuthentication,
  readHttpOptions,
} from '@grpc-authn/provider';
import { checkSchema, CLOCK_TOLERANCE } from '@grpc-authn/jwt/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';

export interface IntrospectionOptions<S extends StandardSchemaV1 | undefined = undefined> {
  /** The authenticator's name. Default 'introspection'. */
  readonly name?: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  /** Where the metadata is read, if not at the issuer's address. Its `issuer` must be the configured one. */
  readonly metadataUrl?: string;
  /**
   * How client_secret_basic writes id and secret: `form` percent-encodes them (RFC 6749, section 2.3.1),
   * `plain` does not. `auto` (default) begins with form and tries plain after a rejection; what the provider
   * accepts first is used until the next restart or reload.
   */
  readonly basicEncoding?: BasicEncodingOption;
  /** The answer's `aud` must have one of these. 'any' needs scope rules in the policy. */
  // oxlint-disable-next-line no-redundant-type-constituents -- the word is worth showing
  readonly audience: OneOrMore<string> | 'any';
  /** The answer's `token_type`, compared without case; null allows an answer without one. Default ['bearer']. */
  readonly tokenTypes?: readonly (string | null)[];
  /** 'jwt' accepts only signed answers (RFC 9701), and needs `issuer` to discover the keys. Default 'json'. */
  readonly response?: 'json' | 'jwt';
  /** How verdicts are cached, by digests of the tokens. False for an authenticator of confirmedBy(). */
  readonly cache?: CacheOptions | false;
  /** Concurrent requests to the provider, and sockets to it, 1 to 1,024. Default 64. */
  readonly maxConcurrent?: number;
  readonly http?: HttpOptions;
  /** A synchronous Standard Schema for the answer; its output types `Principal.claims`. */
  readonly claims?: S;
  /** The member of the answer that names the caller, as `Principal.subject`. Default `sub`. */
  readonly subjectClaim?: string;
  /** The first claim that is present counts. Default `scope`. */
  readonly scopeClaims?: readonly string[];
  /** Clock skew allowed for the answer's `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 5. */
  readonly clockToleranceSeconds?: number;
  readonly clock?: Clock;
  /** Called for outages, recoveries and rejected client credentials. Its errors are ignored. */
  readonly report?: (event: AuthEvent) => void;
}

/** The issuer, whose metadata names the endpoint, or the endpoint itself. */
export type IntrospectionLocation =
  | { readonly issuer: string }
  | { readonly endpoint: string; readonly issuer?: string };

export interface IntrospectionSettings {
  readonly name: string;
  readonly issuer: string | undefined;
  readonly location:
    | { readonly endpoint: URL }
    | { readonly issuer: string; readonly issuerUrl: URL }
    | { readonly issuer: string; readonly metadataUrl: URL };
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  readonly basicEncoding: BasicEncodingOption;
  /** Undefined for 'any'. */
  readonly audience: readonly string[] | undefined;
  readonly tokenTypes: ReadonlySet<string | undefined>;
  readonly signed: boolean;
  readonly maxConcurrent: number;
  readonly http: HttpSettings;
  readonly schema: StandardSchemaV1 | undefined;
  readonly subjectClaim: string;
  readonly scopeClaims: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly clock: Clock;
  readonly report: ((event: AuthEvent) => void) | undefined;
}

const OPTION_NAMES = [
  'name',
  'issuer',
  'endpoint',
  'metadataUrl',
  'clientId',
  'clientAuthentication',
  'basicEncoding',
  'audience',
  'tokenTypes',
  'response',
  'cache',
  'maxConcurrent',
  'http',
  'claims',
  'subjectClaim',
  'scopeClaims',
  'clockToleranceSeconds',
  'clock',
  'report',
];

/** Range of `maxConcurrent`; both ends are allowed. */
export const MAX_CONCURRENT: {
  readonly default: number;
  readonly min: number;
  readonly max: number;
} = Object.freeze({ default: 64, min: 1, max: 1024 });

export function readIntrospectionOptions(
  options: {
    readonly issuer?: string;
    readonly endpoint?: string;
  } & IntrospectionOptions<StandardSchemaV1 | undefined>,
): IntrospectionSettings {
  checkOptionNames('createIntrospectionAuthenticator', options, OPTION_NAMES);
  checkFunction('report', options.report);
  checkOneOf('response', options.response, ['json', 'jwt']);
  const http = readHttpOptions(options.http);
  const issuer = options.issuer === undefined ? undefined : checkText('issuer', options.issuer);
  const location = readLocation(issuer, options, http);
  const signed = options.response === 'jwt';
  if (signed && 'endpoint' in location) {
    throw wrongOption(
      'response',
      '"jwt" with an endpoint',
      'an issuer alone, to discover its keys',
    );
  }
  const credentials = readClientAuthentication(options.clientAuthentication);
  return Object.freeze({
    name: checkText('name', options.name ?? 'introspection'),
    issuer,
    location,
    clientId: checkText('clientId', options.clientId),
    credentials,
    basicEncoding: readBasicEncoding(options.basicEncoding, credentials.method),
    audience: options.audience === 'any' ? undefined : checkTexts('audience', options.audience),
    tokenTypes: readTokenTypes(options.tokenTypes ?? ['bearer']),
    signed,
    maxConcurrent: checkNumber('maxConcurrent', options.maxConcurrent, MAX_CONCURRENT),
    http,
    schema: checkSchema(options.claims),
    subjectClaim: checkText(
      'subjectClaim',
      options.subjectClaim === undefined ? 'sub' : options.subjectClaim,
    ),
    scopeClaims: checkTexts('scopeClaims', options.scopeClaims ?? ['scope']),
    clockToleranceSeconds: checkNumber(
      'clockToleranceSeconds',
      options.clockToleranceSeconds,
      CLOCK_TOLERANCE,
    ),
    clock: checkClock(options.clock),
    report: options.report,
  });
}

function readLocation(
  issuer: string | undefined,
  { endpoint, metadataUrl }: { readonly endpoint?: string; readonly metadataUrl?: string },
  http: HttpSettings,
): IntrospectionSettings['location'] {
  if (metadataUrl !== undefined) {
    if (endpoint !== undefined) {
      throw wrongOption('metadataUrl', 'both', 'either a metadataUrl or an endpoint');
    }
    if (issuer === undefined) {
      throw wrongOption('issuer', 'none', 'the issuer that the metadata names');
    }
    return { issuer, metadataUrl: checkWrittenUrl('metadataUrl', metadataUrl, http) };
  }
  if (endpoint !== undefined) return { endpoint: checkWrittenUrl('endpoint', endpoint, http) };
  if (issuer !== undefined) return { issuer, issuerUrl: checkWrittenUrl('issuer', issuer, http) };
  throw wrongOption('issuer', 'neither of them', 'an issuer or an endpoint');
}

function readTokenTypes(types: readonly (string | null)[]): ReadonlySet<string | undefined> {
  if (!Array.isArray(types) || types.length === 0) {
    throw wrongOption(
      'tokenTypes',
      describeValue(types),
      'a list of token types, null for an answer without one',
    );
  }
  return new Set(
    (types as readonly unknown[]).map((type) =>
      type === null ? undefined : checkText('tokenTypes', type).toLowerCase(),
    ),
  );
}
