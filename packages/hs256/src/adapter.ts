import { type AuthenticatorAdapter, defineAdapter } from '@grpc-authn/core/authenticator';
import {
  adapterSchema,
  type JwtFileOptions,
  jwtShape,
  type Pins,
  pinShape,
  secretSection,
  section,
  text,
  withPins,
} from '@grpc-authn/jwt/internal';
import * as z from 'zod';
import { createHs256Authenticator } from './create-hs256-authenticator.ts';
import { ENCODINGS, type Hs256Secret, MOST_SECRETS } from './secret.ts';

/** A file holds text alone. */
type SecretText = Extract<Hs256Secret, { readonly text: string }>;

export type Hs256AdapterOptions = JwtFileOptions & {
  readonly secrets: readonly SecretText[];
  readonly pin?: Pins;
};

const secret: z.ZodType<SecretText> = secretSection(
  {
    kid: text.describe('Tokens of this "kid" are verified with this secret alone.').exactOptional(),
    text: z.string().meta({
      description:
        'The secret, of at least 32 bytes: ${NAME} or ${file:/path}, not the text itself.',
      writeOnly: true,
    }),
    encoding: z.enum(ENCODINGS).describe('How the text stands for bytes.'),
  },
  'A secret that both sides hold.',
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
          .max(MOST_SECRETS)
          .describe('Tried in order where a token names none; the old beside the new, to rotate.'),
        ...jwtShape,
        ...pinShape,
      },
      'JWTs that are signed by HMAC-SHA-256 with a shared secret.',
    ),
  ),
  create(options, { name, claims }) {
    return createHs256Authenticator({
      ...withPins(options, claims),
      secrets: options.secrets as readonly [SecretText, ...SecretText[]],
      name,
    });
  },
});
