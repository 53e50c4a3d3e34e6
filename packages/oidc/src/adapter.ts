// The config plug-in.
import {
  adapterSchema,
  type AuthenticatorAdapter,
  defineAdapter,
  notCutOff,
  type Pins,
  pinSchema,
  pinStrictness,
  section,
  type Strictness,
  text,
  withPins,
} from '@grpc-authn/config/adapter';
import { type JwksFileOptions, jwksSchema, jwksStrictness } from '@grpc-authn/jwks/adapter';
import {
  type AsymmetricFileOptions,
  asymmetricSchema,
  asymmetricStrictness,
  type JwtFileOptions,
  jwtSchema,
  jwtStrictness,
} from '@grpc-authn/jwt/adapter';
import { createOidcAuthenticator } from './create-oidc-authenticator.ts';

export type OidcAdapterOptions = Omit<JwtFileOptions, 'issuer'> &
  AsymmetricFileOptions &
  JwksFileOptions & {
    readonly issuer: string;
    readonly metadataUrl?: string;
    readonly jwksUri?: string;
    readonly pin?: Pins;
  };

/** `use: oidc` in a config file. */
export const adapter: AuthenticatorAdapter<OidcAdapterOptions> = defineAdapter({
  name: 'oidc',
  schema: adapterSchema<OidcAdapterOptions>(
    section(
      {
        ...jwtSchema,
        issuer: text.describe('The issuer, matched exactly; its metadata is discovered from it.'),
        metadataUrl: text
          .describe("Where the metadata is read, if not at the issuer's address.")
          .exactOptional(),
        jwksUri: text
          .describe("Where the keys are read, in place of the metadata's jwks_uri.")
          .exactOptional(),
        ...asymmetricSchema,
        ...pinSchema,
        ...jwksSchema,
      },
      'Verifies JWTs of an OpenID Connect provider, whose keys are discovered.',
    ),
  ),
  strictness: {
    ...jwtStrictness,
    metadataUrl: notCutOff,
    jwksUri: notCutOff,
    ...asymmetricStrictness,
    ...pinStrictness,
    ...jwksStrictness,
  } satisfies Strictness<OidcAdapterOptions>,
  create(options, context) {
    return createOidcAuthenticator({
      ...withPins(options, context.claims),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
