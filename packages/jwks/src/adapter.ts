import { type AuthenticatorAdapter, defineAdapter } from '@grpc-authn/core/authenticator';
import {
  adapterSchema,
  type AsymmetricFileOptions,
  asymmetricShape,
  type JwtFileOptions,
  jwtShape,
  type Pins,
  pinShape,
  section,
  text,
  withPins,
} from '@grpc-authn/jwt/internal';
import * as z from 'zod';
import { createJwksAuthenticator, type JwksLocation } from './create-jwks-authenticator.ts';
import { type JwksFileOptions, jwksShape } from './jwks-shape.ts';

export type JwksAdapterOptions = JwtFileOptions &
  AsymmetricFileOptions &
  JwksFileOptions & { readonly jwks: JwksLocation; readonly pin?: Pins };

const location: z.ZodType<JwksLocation> = z
  .union(
    [
      section({ url: text.describe('https, or http on loopback.') }, 'Fetched, and kept fresh.'),
      section({ file: text.describe('Its path.') }, 'A file, read again as it changes.'),
      section(
        {
          // A private key that is misplaced here must not be shown.
          keys: z
            .array(z.looseObject({}).meta({ description: 'A JWK.', writeOnly: true }))
            .describe('At least one public key.'),
        },
        'The keys themselves.',
      ),
    ],
    { error: 'wanted one of { url }, { file } and { keys }' },
  )
  .describe('Where the public keys are.');

/** `use: jwks` in a config file. */
export const adapter: AuthenticatorAdapter<JwksAdapterOptions> = defineAdapter({
  name: 'jwks',
  schema: adapterSchema<JwksAdapterOptions>(
    section(
      {
        jwks: location,
        ...jwtShape,
        ...asymmetricShape,
        ...pinShape,
        ...jwksShape,
      },
      'JWTs that are verified with the public keys of a JWK Set.',
    ),
  ),
  create(options, context) {
    return createJwksAuthenticator({
      ...withPins(options, context.claims),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
