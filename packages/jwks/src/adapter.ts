// The config plug-in, and the section about key sets that other plug-ins share.
import {
  adapterSchema,
  type AuthenticatorAdapter,
  defineAdapter,
  type Pins,
  pinSchema,
  section,
  text,
  withPins,
  z,
} from '@grpc-authn/config/adapter';
import {
  type AsymmetricFileOptions,
  asymmetricSchema,
  type JwtFileOptions,
  jwtSchema,
} from '@grpc-authn/jwt/adapter';
import { type JwksFileOptions, jwksSchema } from './adapter/jwks-schema.ts';
import { createJwksAuthenticator, type JwksLocation } from './create-jwks-authenticator.ts';

export { type JwksFileOptions, jwksSchema } from './adapter/jwks-schema.ts';

export type JwksAdapterOptions = JwtFileOptions &
  AsymmetricFileOptions &
  JwksFileOptions & { readonly jwks: JwksLocation; readonly pin?: Pins };

const location: z.ZodType<JwksLocation> = z
  .union(
    [
      section({ url: text.describe('https, or http on loopback.') }, 'Fetched and refreshed.'),
      section({ file: text.describe('Its path.') }, 'A file, read again when it changes.'),
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
    { error: 'expected one of { url }, { file } and { keys }' },
  )
  .describe('The public keys.');

/** `use: jwks` in a config file. */
export const adapter: AuthenticatorAdapter<JwksAdapterOptions> = defineAdapter({
  name: 'jwks',
  schema: adapterSchema<JwksAdapterOptions>(
    section(
      {
        jwks: location,
        ...jwtSchema,
        ...asymmetricSchema,
        ...pinSchema,
        ...jwksSchema,
      },
      'Verifies JWTs with the public keys of a JWK Set.',
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
