// The config plug-in.
import {
  adapterSchema,
  anyValue,
  atMost,
  type AuthenticatorAdapter,
  cacheAge,
  defineAdapter,
  members as compareMembers,
  type MemberSchemas,
  notCutOff,
  numberIn,
  type Pins,
  pinSchema,
  pinStrictness,
  sameValue,
  section,
  type Strictness,
  subset,
  text,
  textOrNone,
  texts,
  textsOrOne,
  withPins,
  z,
} from '@grpc-authn/config/adapter';
import type { CacheOptions } from '@grpc-authn/core/authenticator';
import { CACHE_RANGES } from '@grpc-authn/core/internal';
import { CLOCK_TOLERANCE } from '@grpc-authn/jwt/internal';
import { type HttpFileOptions, httpSchema, httpStrictness } from '@grpc-authn/provider/adapter';
import {
  type ClientAuthenticationText,
  clientAuthenticationSchema,
  readKeys,
} from './adapter/client-authentication-schema.ts';
import { createIntrospectionAuthenticator } from './create-introspection-authenticator.ts';
import {
  type IntrospectionLocation,
  type IntrospectionOptions,
  MAX_CONCURRENT,
} from './introspection-options.ts';

type NotInAFile = 'name' | 'claims' | 'clock' | 'report';
type WrittenDifferently = 'clientAuthentication' | 'cache' | 'http';

/** What a file can set. */
export interface IntrospectionAdapterOptions extends Omit<
  IntrospectionOptions,
  NotInAFile | WrittenDifferently
> {
  readonly issuer?: string;
  readonly endpoint?: string;
  readonly clientAuthentication: ClientAuthenticationText;
  readonly cache?: Omit<CacheOptions, 'clock'> | false;
  readonly http?: HttpFileOptions;
  readonly pin?: Pins;
}

const limits = (of: string, maxEntries: number, maxAgeSeconds: number) => ({
  maxEntries: numberIn(
    { ...CACHE_RANGES.maxEntries, default: maxEntries },
    `The maximum number of cached ${of}.`,
  ).exactOptional(),
  maxAgeSeconds: numberIn(
    { ...CACHE_RANGES.maxAgeSeconds, default: maxAgeSeconds },
    `Seconds for which ${of} are cached.`,
  ).exactOptional(),
});

const cache = z
  .union(
    [
      z.literal(false),
      section(
        {
          ...limits('verdicts', 10_000, 300),
          keepTokens: z
            .literal(false)
            .describe('Entries are always found by a digest of the token.')
            .exactOptional(),
          negative: section(limits('refusals', 1000, 10), 'The cache of refusals.').exactOptional(),
        },
        'The cache of verdicts.',
      ),
    ],
    { error: 'expected false, or maxEntries, maxAgeSeconds and negative in their ranges' },
  )
  .describe('The cache of verdicts; false asks the provider every time, as confirmedBy requires.');

const members: MemberSchemas<IntrospectionAdapterOptions> = {
  issuer: text
    .describe('The issuer, matched exactly; its metadata names the endpoint by default.')
    .exactOptional(),
  endpoint: text
    .describe('The introspection endpoint, instead of the one in the metadata.')
    .exactOptional(),
  metadataUrl: text
    .describe("Where the metadata is read, if not at the issuer's address.")
    .exactOptional(),
  clientId: text.describe('The client ID of this server at the provider.'),
  clientAuthentication: clientAuthenticationSchema,
  basicEncoding: z
    .enum(['auto', 'form', 'plain'])
    .meta({
      description:
        'client_secret_basic: form percent-encodes id and secret, plain does not; auto finds out.',
      default: 'auto',
    })
    .exactOptional(),
  audience: textsOrOne.describe(
    'The "aud" of the answer must have one of these; "any" requires scope rules in the policy.',
  ),
  tokenTypes: z
    .array(textOrNone)
    .min(1)
    .describe('Accepted values of "token_type" in the answer, null for none; default bearer.')
    .exactOptional(),
  response: z
    .enum(['json', 'jwt'])
    .meta({
      description: 'jwt: only signed answers (RFC 9701), from an issuer without an endpoint.',
      default: 'json',
    })
    .exactOptional(),
  cache: cache.exactOptional(),
  maxConcurrent: numberIn(
    MAX_CONCURRENT,
    'The maximum number of concurrent requests.',
  ).exactOptional(),
  http: section(httpSchema, 'Requests to the provider.').exactOptional(),
  subjectClaim: text
    .meta({ description: 'The member of the answer that names the caller.', default: 'sub' })
    .exactOptional(),
  scopeClaims: texts
    .describe('Claims that have the scopes; the first that is present counts; default scope.')
    .exactOptional(),
  clockToleranceSeconds: numberIn(
    CLOCK_TOLERANCE,
    'The clock difference that is tolerated, in seconds.',
  ).exactOptional(),
  ...pinSchema,
};

const strictness: Strictness<IntrospectionAdapterOptions> = {
  // The loader compares the issuers.
  issuer: anyValue,
  endpoint: notCutOff,
  metadataUrl: notCutOff,
  clientId: anyValue,
  clientAuthentication: anyValue,
  basicEncoding: anyValue,
  audience: (before, after, options) =>
    before === 'any' ? undefined : subset<string>([])(before, after, options),
  tokenTypes: subset<string | null>(['bearer']),
  clockToleranceSeconds: atMost(CLOCK_TOLERANCE.default),
  response: (before, after) =>
    before === 'jwt' && after !== 'jwt' ? 'it accepts answers that are not signed' : undefined,
  cache: cacheAge,
  maxConcurrent: anyValue,
  http: compareMembers(httpStrictness),
  // Another claim names other callers.
  subjectClaim: sameValue<string>('sub'),
  scopeClaims: sameValue<readonly string[]>(['scope']),
  ...pinStrictness,
};

/** `use: introspection` in a config file. */
export const adapter: AuthenticatorAdapter<IntrospectionAdapterOptions> = defineAdapter({
  name: 'introspection',
  schema: adapterSchema<IntrospectionAdapterOptions>(
    section(members, 'Asks the provider about each token (RFC 7662).')
      .refine(
        ({ issuer, endpoint }) => issuer !== undefined || endpoint !== undefined,
        'expected an issuer or an endpoint',
      )
      .meta({ anyOf: [{ required: ['issuer'] }, { required: ['endpoint'] }] }),
  ),
  strictness,
  create(options, context) {
    return createIntrospectionAuthenticator({
      ...(withPins(options, context.claims) as typeof options & IntrospectionLocation),
      clientAuthentication: readKeys(options.clientAuthentication),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
