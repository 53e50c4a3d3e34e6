import {
  anyValue,
  atMost,
  type Comparison,
  type MemberSchemas,
  numberIn,
  sameValue,
  section,
  type Strictness,
  subset,
  superset,
  text,
  textOrNone,
  texts,
  textsOrOne,
  z,
} from '@grpc-authn/config/adapter';
import {
  CLOCK_TOLERANCE,
  DEFAULT_TYPES,
  type JwtOptions,
  MAX_TOKEN_AGE,
  TOKEN_USES,
} from '../authenticator/jwt-options.ts';
import type { TokenUse } from '../claims/check-use.ts';
import {
  ASYMMETRIC_ALGORITHMS,
  canonicalAlgorithm,
  DEFAULT_ALGORITHMS,
} from '../keys/algorithms.ts';

/** What a file can set about tokens: no functions and no clocks; the name is the key in the file. */
export type JwtFileOptions = Omit<
  JwtOptions,
  'name' | 'claims' | 'clock' | keyof AsymmetricFileOptions
>;

/** Options of adapters that verify with public keys. */
export type AsymmetricFileOptions = Pick<JwtOptions, 'algorithms'>;

export const jwtSchema: MemberSchemas<JwtFileOptions> = {
  issuer: textsOrOne.describe(
    'The issuer, matched exactly. A list only for several names of one issuer.',
  ),
  audience: z
    .union(
      [
        textsOrOne,
        section(
          {
            claim: text.describe('The name of the claim.'),
            values: texts.describe('The claim must have one of these.'),
          },
          'For an issuer that names the audience in a claim other than "aud".',
        ),
      ],
      { error: 'expected a non-empty string, a list of them, or { claim, values }' },
    )
    .describe('The audience that tokens must have: one of these, in "aud" or in the named claim.'),
  tokenUse: z
    .enum(TOKEN_USES)
    .meta({
      description: 'Which tokens are accepted: access tokens or ID tokens.',
      default: 'access',
    })
    .exactOptional(),
  typ: z
    .array(textOrNone)
    .min(1)
    .describe('Accepted values of the header "typ"; null means that it is absent.')
    .exactOptional(),
  clockToleranceSeconds: numberIn(
    CLOCK_TOLERANCE,
    'The clock difference that is tolerated, in seconds.',
  ).exactOptional(),
  maxTokenAgeSeconds: numberIn(
    MAX_TOKEN_AGE,
    'The maximum age of a token in seconds, counted from "iat", which is then required.',
  ).exactOptional(),
  requiredClaims: z
    .array(text)
    .describe('Claims that are required in addition to "exp", "iss" and the audience.')
    .exactOptional(),
  subjectClaim: text
    .meta({ description: 'The claim that names the caller.', default: 'sub' })
    .exactOptional(),
  scopeClaims: z
    .array(text)
    .describe('Claims that have the scopes; the first that is present counts.')
    .exactOptional(),
  clientIdClaims: z
    .array(text)
    .describe('Claims that name the client, in addition to "client_id" and "azp"; all must agree.')
    .exactOptional(),
};

type Algorithms = NonNullable<JwtOptions['algorithms']>;

export const asymmetricSchema: MemberSchemas<AsymmetricFileOptions> = {
  algorithms: (
    z
      .array(z.enum(ASYMMETRIC_ALGORITHMS))
      .min(1)
      .describe(
        'Accepted signature algorithms; default RS256, PS256, ES256 and EdDSA.',
      ) as z.ZodType as z.ZodType<Algorithms>
  ).exactOptional(),
};

/** The same claim, with no other values. */
const compareAudiences: Comparison<JwtFileOptions['audience']> = (before, after, options) => {
  const [old, now] = [audienceOf(before), audienceOf(after)];
  if (old.claim !== now.claim) return 'the audience is read from another claim';
  return subset<string>([])(old.values, now.values, options);
};

function audienceOf(audience: JwtFileOptions['audience'] | undefined): {
  readonly claim: string;
  readonly values: readonly string[];
} {
  const isNamed = typeof audience === 'object' && 'claim' in audience;
  return isNamed ? audience : { claim: 'aud', values: [audience ?? []].flat() };
}

export const jwtStrictness: Strictness<JwtFileOptions> = {
  // The loader compares the issuers.
  issuer: anyValue,
  audience: compareAudiences,
  tokenUse: sameValue<TokenUse>('access'),
  typ: subset<string | null>(({ tokenUse = 'access' }) => DEFAULT_TYPES[tokenUse as TokenUse]),
  clockToleranceSeconds: atMost(CLOCK_TOLERANCE.default),
  maxTokenAgeSeconds: atMost(Number.POSITIVE_INFINITY),
  requiredClaims: superset,
  // Another claim names other callers.
  subjectClaim: sameValue<string>('sub'),
  // Other claims may have more scopes.
  scopeClaims: sameValue<readonly string[]>(['scope', 'scp']),
  // All that are present must agree.
  clientIdClaims: superset,
};

export const asymmetricStrictness: Strictness<AsymmetricFileOptions> = {
  algorithms: (before, after, options) =>
    subset<string>([])(
      (before ?? DEFAULT_ALGORITHMS).map(canonicalAlgorithm),
      (after ?? DEFAULT_ALGORITHMS).map(canonicalAlgorithm),
      options,
    ),
};
