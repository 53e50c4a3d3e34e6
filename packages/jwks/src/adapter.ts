// The config plug-in, and the section about key sets that other plug-ins share.
import {
  adapterSchema,
  type AuthenticatorAdapter,
  type Comparison,
  defineAdapter,
  notCutOff,
  type Pins,
  pinSchema,
  pinStrictness,
  section,
  type Strictness,
  text,
  withPins,
  z,
} from '@grpc-authn/config/adapter';
import {
  type AsymmetricFileOptions,
  asymmetricSchema,
  asymmetricStrictness,
  type JwtFileOptions,
  jwtSchema,
  jwtStrictness,
} from '@grpc-authn/jwt/adapter';
import { type JwksFileOptions, jwksSchema, jwksStrictness } from './adapter/jwks-schema.ts';
import { createJwksAuthenticator, type JwksLocation } from './create-jwks-authenticator.ts';

export { type JwksFileOptions, jwksSchema, jwksStrictness } from './adapter/jwks-schema.ts';

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

/** Keys rotate, and their address may change. */
const compareLocations: Comparison<JwksLocation> = (before, after, options) =>
  notCutOff(addressOf(before), addressOf(after), options);

function addressOf(jwks: JwksLocation | undefined): string | undefined {
  const { url, file } = (jwks ?? {}) as { readonly url?: string; readonly file?: string };
  return url ?? file;
}

const strictness: Strictness<JwksAdapterOptions> = {
  jwks: compareLocations,
  ...jwtStrictness,
  ...asymmetricStrictness,
  ...pinStrictness,
  ...jwksStrictness,
};

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
  strictness,
  create(options, context) {
    return createJwksAuthenticator({
      ...withPins(options, context.claims),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
