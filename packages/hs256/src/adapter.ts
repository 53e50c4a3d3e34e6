// The config plug-in.
import {
  adapterSchema,
  anyValue,
  type AuthenticatorAdapter,
  defineAdapter,
  type Pins,
  pinSchema,
  pinStrictness,
  secretSection,
  section,
  type Strictness,
  subset,
  text,
  withPins,
  z,
} from '@grpc-authn/config/adapter';
import { type JwtFileOptions, jwtSchema, jwtStrictness } from '@grpc-authn/jwt/adapter';
import { MISSABLE_CLAIMS } from './accept-missing.ts';
import { createHs256Authenticator } from './create-hs256-authenticator.ts';
import { ENCODINGS, type Hs256Secret, MAX_SECRETS } from './secret.ts';

/** In a config file a secret is always text. */
type SecretText = Extract<Hs256Secret, { readonly text: string }>;

export type Hs256AdapterOptions = JwtFileOptions & {
  readonly secrets: readonly SecretText[];
  readonly acceptMissing?: readonly ('iss' | 'aud' | 'exp')[];
  readonly pin?: Pins;
};

const secret: z.ZodType<SecretText> = secretSection(
  {
    kid: text
      .describe('Tokens with this "kid" are verified with this secret only.')
      .exactOptional(),
    text: z.string().meta({
      description:
        'The secret, of at least 32 bytes: ${NAME} or ${file:/path}, not the text itself.',
      writeOnly: true,
    }),
    encoding: z.enum(ENCODINGS).describe('The encoding of the text.'),
  },
  'A shared secret.',
);

/** `use: hs256` in a config file. */
export const adapter: AuthenticatorAdapter<Hs256AdapterOptions> = defineAdapter({
  name: 'hs256',
  schema: adapterSchema<Hs256AdapterOptions>(
    section(
      {
        secrets: z
          .array(secret)
          .min(1)
          .max(MAX_SECRETS)
          .describe(
            'Tried in order for a token without "kid". To rotate, list the new and the old secret.',
          ),
        acceptMissing: z
          .array(z.enum(MISSABLE_CLAIMS))
          .describe('For your own older tokens: claims that may be absent. Default: none.')
          .exactOptional(),
        ...jwtSchema,
        ...pinSchema,
      },
      'Verifies JWTs that are signed by HMAC-SHA-256 with a shared secret.',
    ),
  ),
  strictness: {
    // They rotate.
    secrets: anyValue,
    acceptMissing: subset<(typeof MISSABLE_CLAIMS)[number]>([]),
    ...jwtStrictness,
    ...pinStrictness,
  } satisfies Strictness<Hs256AdapterOptions>,
  create(options, { name, claims }) {
    return createHs256Authenticator({
      ...withPins(options, claims),
      secrets: options.secrets as readonly [SecretText, ...SecretText[]],
      name,
    });
  },
});
