import {
  type AuthEvent,
  type CacheOptions,
  type Clock,
  ConfigError,
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
  checkWrittenUrl,
  type HttpOptions,
  type HttpSettings,
  readHttpOptions,
} from '@grpc-authn/provider';
import { checkSchema } from '@grpc-authn/jwt/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import {
  type ClientAuthentication,
  type ClientCredentials,
  readClientAuthentication,
} from './client-authentication.ts';

export interface IntrospectionOptions<S extends StandardSchemaV1 | undefined = undefined> {
  /** The authenticator's name; 'introspection' unless said. */
  readonly name?: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  /** The answer's `aud` must have one of these. 'any' needs scope rules in the policy. */
  // oxlint-disable-next-line no-redundant-type-constituents -- the word is worth showing
  readonly audience: OneOrMore<string> | 'any';
  /** The answer's `token_type`, without case; null admits an answer without one. ['bearer'] unless said. */
  readonly tokenTypes?: readonly (string | null)[];
  /** 'jwt' takes signed answers alone (RFC 9701), and needs an issuer to discover keys from. */
  readonly response?: 'json' | 'jwt';
  /** How verdicts are kept; false for an authenticator that confirmedBy() names. Never with tokens. */
  readonly cache?: CacheOptions | false;
  /** Questions under way at once, 1 to 1,024; 64 unless said. */
  readonly maxConcurrent?: number;
  readonly http?: HttpOptions;
  /** A synchronous Standard Schema that reads the answer; its output types `Principal.claims`. */
  readonly claims?: S;
  /** The first that is present counts; `scope` unless said. */
  readonly scopeClaims?: readonly string[];
  readonly clock?: Clock;
  /** Called for outages, recoveries and rejected credentials of our own. What it throws is dropped. */
  readonly report?: (event: AuthEvent) => void;
}

/** Where to ask: an issuer whose metadata says it, or the endpoint itself. */
export type IntrospectionLocation =
  | { readonly issuer: string }
  | { readonly endpoint: string; readonly issuer?: string };

export interface IntrospectionSettings {
  readonly name: string;
  readonly issuer: string | undefined;
  readonly issuerUrl: URL | undefined;
  readonly endpoint: URL | undefined;
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  /** Undefined for 'any'. */
  readonly audience: readonly string[] | undefined;
  readonly tokenTypes: ReadonlySet<string | undefined>;
  readonly signed: boolean;
  readonly maxConcurrent: number;
  readonly http: HttpSettings;
  readonly schema: StandardSchemaV1 | undefined;
  readonly scopeClaims: readonly string[];
  readonly clock: Clock;
  readonly report: ((event: AuthEvent) => void) | undefined;
}

const OPTION_NAMES = [
  'name',
  'issuer',
  'endpoint',
  'clientId',
  'clientAuthentication',
  'audience',
  'tokenTypes',
  'response',
  'cache',
  'maxConcurrent',
  'http',
  'claims',
  'scopeClaims',
  'clock',
  'report',
];

/** Questions under way at once; both ends are allowed. */
export const MAX_CONCURRENT: {
  readonly default: number;
  readonly min: number;
  readonly max: number;
} = Object.freeze({ default: 64, min: 1, max: 1024 });

export function readIntrospectionOptions(
  options: { readonly issuer?: string; readonly endpoint?: string } & IntrospectionOptions<
    StandardSchemaV1 | undefined
  >,
): IntrospectionSettings {
  checkOptionNames('createIntrospectionAuthenticator', options, OPTION_NAMES);
  checkFunction('report', options.report);
  checkOneOf('response', options.response, ['json', 'jwt']);
  const http = readHttpOptions(options.http);
  const issuer = options.issuer === undefined ? undefined : checkText('issuer', options.issuer);
  const { endpoint } = options;
  if (issuer === undefined && endpoint === undefined) {
    throw wrongOption('issuer', 'none, and no endpoint', 'one of the two');
  }
  const signed = options.response === 'jwt';
  if (signed && (issuer === undefined || endpoint !== undefined)) {
    throw new ConfigError(
      `option "response": came "jwt" ${issuer === undefined ? 'without an issuer' : 'beside an endpoint'}; ` +
        'wanted an issuer alone, whose keys are discovered',
    );
  }
  return Object.freeze({
    name: checkText('name', options.name ?? 'introspection'),
    issuer,
    issuerUrl: endpoint === undefined ? checkWrittenUrl('issuer', issuer, http) : undefined,
    endpoint: endpoint === undefined ? undefined : checkWrittenUrl('endpoint', endpoint, http),
    clientId: checkText('clientId', options.clientId),
    credentials: readClientAuthentication(options.clientAuthentication),
    audience: options.audience === 'any' ? undefined : checkTexts('audience', options.audience),
    tokenTypes: readTokenTypes(options.tokenTypes ?? ['bearer']),
    signed,
    maxConcurrent: checkNumber('maxConcurrent', options.maxConcurrent, MAX_CONCURRENT),
    http,
    schema: checkSchema(options.claims),
    scopeClaims: checkTexts('scopeClaims', options.scopeClaims ?? ['scope']),
    clock: checkClock(options.clock),
    report: options.report,
  });
}

function readTokenTypes(types: readonly (string | null)[]): ReadonlySet<string | undefined> {
  if (!Array.isArray(types) || types.length === 0) {
    throw wrongOption('tokenTypes', describeValue(types), 'a list of types, null for none');
  }
  return new Set(
    (types as readonly unknown[]).map((type) =>
      type === null ? undefined : checkText('tokenTypes', type).toLowerCase(),
    ),
  );
}
