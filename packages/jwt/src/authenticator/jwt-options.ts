import type { Clock, JsonObject, OneOrMore } from '@grpc-authn/core/authenticator';
import {
  checkClock,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  checkText,
  checkTexts,
  describeValue,
  type PinnedClaims,
  wrongOption,
} from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AudienceRule } from '../claims/check-audience.ts';
import type { TimeRules } from '../claims/check-times.ts';
import type { TokenUse } from '../claims/check-use.ts';
import type { IdentityClaims } from '../claims/read-identity.ts';
import { mediaType } from '../compact/protected-header.ts';
import { checkAlgorithms } from '../keys/algorithms.ts';
import type { TokenProfile } from './token-profile.ts';

/** Options of every JWT adapter: which tokens it accepts. */
export interface JwtOptions<S extends StandardSchemaV1 | undefined = undefined> {
  /** The authenticator's name, on its principals and in records. Default: the package's short name. */
  readonly name?: string;
  /** The accepted `iss`, matched exactly. Pass a list only if one issuer has several names. */
  readonly issuer: OneOrMore<string>;
  /** The accepted audiences, matched exactly: `aud`, or the named claim, must contain one of them. */
  readonly audience:
    | OneOrMore<string>
    | { readonly claim: string; readonly values: readonly [string, ...string[]] };
  /** Allowed algorithms. Default RS256, PS256, ES256 and EdDSA. Each key verifies one algorithm only. */
  readonly algorithms?: readonly [string, ...string[]];
  /** Default 'access': ID, logout and introspection tokens are refused. */
  readonly tokenUse?: 'access' | 'id';
  /**
   * Accepted header types; null accepts a token without `typ`. Default 'at+jwt', 'JWT' and null; for ID
   * tokens 'JWT' and null.
   */
  readonly typ?: readonly (string | null)[];
  /** Clock skew allowed for `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 5. */
  readonly clockToleranceSeconds?: number;
  /** Maximum seconds since `iat`, 1 to 31,536,000; `iat` is then required. Default: no limit. */
  readonly maxTokenAgeSeconds?: number;
  /** Claims that must be present, besides `exp`, `iss` and the audience. */
  readonly requiredClaims?: readonly string[];
  /** The claim that names the caller, as `Principal.subject`. No other claim takes its place. Default `sub`. */
  readonly subjectClaim?: string;
  /** The claims that may have the scopes; the first that is present is used. Default `scope`, then `scp`. */
  readonly scopeClaims?: readonly string[];
  /** Claims that name the client, besides `client_id` and `azp`; all that are present must agree. */
  readonly clientIdClaims?: readonly string[];
  /** A synchronous Standard Schema for the raw payload; its output type is the type of `Principal.claims`. */
  readonly claims?: S;
  readonly clock?: Clock;
}

export type ClaimsOutput<S> = S extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<S> extends object
    ? StandardSchemaV1.InferOutput<S>
    : never
  : JsonObject;

/** A claim that an adapter may accept tokens without. */
export type MissableClaim = 'iss' | 'aud' | 'exp';

/** The options, validated and copied. */
export interface JwtRules extends TimeRules, IdentityClaims {
  readonly name: string;
  readonly issuers: readonly string[];
  readonly audience: AudienceRule;
  readonly algorithms: readonly string[];
  readonly tokenUse: TokenUse;
  /** `aud` is the claim that has the audience. One that is present is checked as always. */
  readonly acceptMissing: ReadonlySet<MissableClaim>;
  readonly types: ReadonlySet<string | undefined>;
  readonly requiredClaims: readonly string[];
  /** With the pins, which are checked before the signature, too. */
  readonly schema: StandardSchemaV1 | undefined;
  readonly pins: PinnedClaims | undefined;
  readonly hasSchema: boolean;
  readonly clock: Clock;
  /** Set by an adapter for tokens that have a standard of their own. */
  readonly profile?: TokenProfile;
}

export const JWT_OPTION_NAMES: readonly string[] = Object.freeze([
  'name',
  'issuer',
  'audience',
  'algorithms',
  'tokenUse',
  'typ',
  'clockToleranceSeconds',
  'maxTokenAgeSeconds',
  'requiredClaims',
  'subjectClaim',
  'scopeClaims',
  'clientIdClaims',
  'claims',
  'clock',
]);

interface Range {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** Ranges in seconds; both ends are allowed. */
export const CLOCK_TOLERANCE: Range = Object.freeze({ default: 5, min: 0, max: 300 });
export const MAX_TOKEN_AGE: Omit<Range, 'default'> = Object.freeze({ min: 1, max: 31_536_000 });
export const TOKEN_USES: readonly ['access', 'id'] = Object.freeze(['access', 'id']);

/** Accepted header types; null accepts an absent one. */
export const DEFAULT_TYPES: Readonly<Record<TokenUse, readonly (string | null)[]>> = {
  access: ['at+jwt', 'JWT', null],
  id: ['JWT', null],
};

export function readJwtOptions(
  options: JwtOptions<StandardSchemaV1 | undefined>,
  defaults: {
    readonly name: string;
    readonly algorithms?: readonly string[];
    readonly acceptMissing?: readonly MissableClaim[];
  },
): JwtRules {
  const acceptMissing: ReadonlySet<MissableClaim> = new Set(defaults.acceptMissing);
  checkOneOf('tokenUse', options.tokenUse, TOKEN_USES);
  const tokenUse = options.tokenUse ?? 'access';
  const { maxTokenAgeSeconds } = options;
  const schema = checkSchema(options.claims);
  const pins = pinsOf(schema);
  return Object.freeze({
    name: checkText('name', options.name === undefined ? defaults.name : options.name),
    issuers: checkTexts('issuer', options.issuer),
    audience: readAudience(options.audience),
    algorithms: checkAlgorithms('algorithms', options.algorithms, defaults.algorithms),
    tokenUse,
    acceptMissing,
    types: readTypes(options.typ === undefined ? DEFAULT_TYPES[tokenUse] : options.typ),
    clockToleranceSeconds: checkNumber(
      'clockToleranceSeconds',
      options.clockToleranceSeconds,
      CLOCK_TOLERANCE,
    ),
    expiryRequired: !acceptMissing.has('exp'),
    maxTokenAgeSeconds:
      maxTokenAgeSeconds === undefined
        ? undefined
        : checkNumber('maxTokenAgeSeconds', maxTokenAgeSeconds, { default: 0, ...MAX_TOKEN_AGE }),
    requiredClaims: checkNames('requiredClaims', options.requiredClaims, []),
    subjectClaim: checkText(
      'subjectClaim',
      options.subjectClaim === undefined ? 'sub' : options.subjectClaim,
    ),
    scopeClaims: checkNames('scopeClaims', options.scopeClaims, ['scope', 'scp']),
    clientIdClaims: checkNames('clientIdClaims', options.clientIdClaims, []),
    schema,
    pins,
    hasSchema: pins === undefined ? schema !== undefined : pins.hasSchema,
    clock: checkClock(options.clock),
  });
}

function readAudience(audience: JwtOptions['audience']): AudienceRule {
  if (typeof audience === 'object' && audience !== null && 'claim' in audience) {
    checkOptionNames('audience', audience, ['claim', 'values']);
    return {
      claim: checkText('audience.claim', audience.claim),
      values: checkTexts('audience.values', audience.values),
    };
  }
  return { claim: 'aud', values: checkTexts('audience', audience) };
}

function readTypes(typ: unknown): ReadonlySet<string | undefined> {
  if (!Array.isArray(typ) || typ.length === 0) {
    throw wrongOption(
      'typ',
      describeValue(typ),
      'a list of media types, with null for an absent one',
    );
  }
  return new Set(
    typ.map((type) => (type === null ? undefined : mediaType(checkText('typ', type)))),
  );
}

function checkNames(
  option: string,
  names: unknown,
  defaults: readonly string[],
): readonly string[] {
  if (names === undefined) return defaults;
  if (!Array.isArray(names))
    throw wrongOption(option, describeValue(names), 'a list of claim names');
  return names.length === 0 ? [] : checkTexts(option, names);
}

/** A config file's pins are a part of its schema. */
export function pinsOf(schema: StandardSchemaV1 | undefined): PinnedClaims | undefined {
  if (schema?.['~standard'].vendor !== 'grpc-authn') return undefined;
  return (schema as { readonly pins?: PinnedClaims }).pins;
}

/** @throws ConfigError if it is not a Standard Schema. */
export function checkSchema(schema: StandardSchemaV1 | undefined): StandardSchemaV1 | undefined {
  if (schema === undefined || typeof schema?.['~standard']?.validate === 'function') return schema;
  throw wrongOption(
    'claims',
    describeValue(schema),
    'a Standard Schema (zod, valibot, arktype, …)',
  );
}
