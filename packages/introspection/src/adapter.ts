import {
  type AuthenticatorAdapter,
  type CacheOptions,
  defineAdapter,
} from '@grpc-authn/core/authenticator';
import { CACHE_RANGES } from '@grpc-authn/core/internal';
import { type HttpFileOptions, httpShape } from '@grpc-authn/provider';
import {
  adapterSchema,
  numberIn,
  type Pins,
  pinShape,
  section,
  type Shape,
  text,
  textOrNone,
  texts,
  textsOrOne,
  withPins,
} from '@grpc-authn/jwt/internal';
import * as z from 'zod';
import {
  type ClientAuthenticationText,
  clientAuthenticationSchema,
  readKeys,
} from './client-authentication-schema.ts';
import { createIntrospectionAuthenticator } from './create-introspection-authenticator.ts';
import {
  type IntrospectionLocation,
  type IntrospectionOptions,
  MAX_CONCURRENT,
} from './introspection-options.ts';

type NotInAFile = 'name' | 'claims' | 'clock' | 'report';
type WrittenOtherwise = 'clientAuthentication' | 'cache' | 'http';

/** What a file can say. */
export interface IntrospectionAdapterOptions extends Omit<
  IntrospectionOptions,
  NotInAFile | WrittenOtherwise
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
    `How many ${of} are kept.`,
  ).exactOptional(),
  maxAgeSeconds: numberIn(
    { ...CACHE_RANGES.maxAgeSeconds, default: maxAgeSeconds },
    `Seconds that ${of} are kept.`,
  ).exactOptional(),
});

const cache = z
  .union(
    [
      z.literal(false),
      section(
        {
          ...limits('verdicts', 10_000, 300),
          keepTokens: z.literal(false).describe('Always by a digest of the token.').exactOptional(),
          negative: section(limits('refusals', 1000, 10), 'How refusals are kept.').exactOptional(),
        },
        'How verdicts are kept.',
      ),
    ],
    { error: 'wanted false, or maxEntries, maxAgeSeconds and negative in their ranges' },
  )
  .describe('How verdicts are kept; false to ask every time, as confirmedBy needs it.');

const shape: Shape<IntrospectionAdapterOptions> = {
  issuer: text
    .describe('The issuer, to the letter; its metadata names the endpoint unless that is written.')
    .exactOptional(),
  endpoint: text.describe('Where to ask, instead of what the metadata says.').exactOptional(),
  clientId: text.describe('Our own client at the provider.'),
  clientAuthentication: clientAuthenticationSchema,
  audience: textsOrOne.describe(
    'The answer\'s "aud" must have one of these; "any" needs scope rules in the policy.',
  ),
  tokenTypes: z
    .array(textOrNone)
    .min(1)
    .describe('The answer\'s "token_type", null for none: bearer unless said.')
    .exactOptional(),
  response: z
    .enum(['json', 'jwt'])
    .meta({
      description: 'jwt: signed answers alone (RFC 9701), of an issuer without an endpoint.',
      default: 'json',
    })
    .exactOptional(),
  cache: cache.exactOptional(),
  maxConcurrent: numberIn(MAX_CONCURRENT, 'Questions under way at once.').exactOptional(),
  http: section(httpShape, 'How the provider is asked.').exactOptional(),
  scopeClaims: texts
    .describe('Claims that hold the scopes; the first that is present counts: scope unless said.')
    .exactOptional(),
  ...pinShape,
};

/** `use: introspection` in a config file. */
export const adapter: AuthenticatorAdapter<IntrospectionAdapterOptions> = defineAdapter({
  name: 'introspection',
  schema: adapterSchema<IntrospectionAdapterOptions>(
    section(shape, 'Asks the provider about each token (RFC 7662).')
      .refine(
        ({ issuer, endpoint }) => issuer !== undefined || endpoint !== undefined,
        'wanted an issuer or an endpoint',
      )
      .meta({ anyOf: [{ required: ['issuer'] }, { required: ['endpoint'] }] }),
  ),
  create(options, context) {
    return createIntrospectionAuthenticator({
      ...(withPins(options, context.claims) as typeof options & IntrospectionLocation),
      clientAuthentication: readKeys(options.clientAuthentication),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
