import * as z from 'zod';
import {
  CLOCK_TOLERANCE,
  type JwtOptions,
  MAX_TOKEN_AGE,
  TOKEN_USES,
} from '../authenticator/jwt-options.ts';
import { ASYMMETRIC_ALGORITHMS } from '../keys/algorithms.ts';
import { section, type Shape } from './sections.ts';
import { numberIn, text, textOrNone, texts, textsOrOne } from './values.ts';

/** What a file can say of tokens: no functions, no clocks; the name is the key it stands under. */
export type JwtFileOptions = Omit<
  JwtOptions,
  'name' | 'claims' | 'clock' | keyof AsymmetricFileOptions
>;

/** What only tokens signed with an asymmetric key have. */
export type AsymmetricFileOptions = Pick<JwtOptions, 'algorithms' | 'threadPool'>;

export const jwtShape: Shape<JwtFileOptions> = {
  issuer: textsOrOne.describe(
    'The issuer, to the letter. A list only for the names of one and the same issuer.',
  ),
  audience: z
    .union(
      [
        textsOrOne,
        section(
          {
            claim: text.describe('The name of the claim.'),
            values: texts.describe('One of these must stand in it.'),
          },
          'For an issuer that says in another claim than "aud" for whom a token is.',
        ),
      ],
      { error: 'wanted a text, a list of texts, or { claim, values }' },
    )
    .describe('For whom tokens must be: "aud" has one of these, or the named claim has.'),
  use: z
    .enum(TOKEN_USES)
    .meta({ description: 'Access tokens, or ID tokens.', default: 'access' })
    .exactOptional(),
  typ: z
    .array(textOrNone)
    .min(1)
    .describe('Header types that are accepted, null for an absent one.')
    .exactOptional(),
  clockToleranceSeconds: numberIn(
    CLOCK_TOLERANCE,
    'Seconds that clocks may differ.',
  ).exactOptional(),
  maxTokenAgeSeconds: numberIn(
    MAX_TOKEN_AGE,
    'Seconds since "iat", which is then required.',
  ).exactOptional(),
  requiredClaims: z
    .array(text)
    .describe('Claims that must be there, beside "exp", "iss" and the audience\'s.')
    .exactOptional(),
  scopeClaims: z
    .array(text)
    .describe('Claims that hold the scopes; the first that is present counts.')
    .exactOptional(),
  clientIdClaims: z
    .array(text)
    .describe('Claims that name the client, beside "client_id" and "azp"; all must agree.')
    .exactOptional(),
};

type Algorithms = NonNullable<JwtOptions['algorithms']>;

/** For adapters whose keys are public ones. */
export const asymmetricShape: Shape<AsymmetricFileOptions> = {
  algorithms: (
    z
      .array(z.enum(ASYMMETRIC_ALGORITHMS))
      .min(1)
      .describe(
        'Signature algorithms that are accepted: RS256, PS256, ES256 and EdDSA unless said.',
      ) as z.ZodType as z.ZodType<Algorithms>
  ).exactOptional(),
  threadPool: z
    .boolean()
    .meta({
      description: 'In bursts, ES* and EdDSA signatures are verified on the thread pool too.',
      default: false,
    })
    .exactOptional(),
};
