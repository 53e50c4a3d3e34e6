import { type AuthenticatorAdapter, defineAdapter } from '@grpc-authn/core/authenticator';
import { type JwksFileOptions, jwksShape } from '@grpc-authn/jwks/key-source';
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
import { createOidcAuthenticator } from './create-oidc-authenticator.ts';

export type OidcAdapterOptions = Omit<JwtFileOptions, 'issuer'> &
  AsymmetricFileOptions &
  JwksFileOptions & { readonly issuer: string; readonly pin?: Pins };

/** `use: oidc` in a config file. */
export const adapter: AuthenticatorAdapter<OidcAdapterOptions> = defineAdapter({
  name: 'oidc',
  schema: adapterSchema<OidcAdapterOptions>(
    section(
      {
        ...jwtShape,
        issuer: text.describe('The issuer, to the letter; its metadata is looked for below it.'),
        ...asymmetricShape,
        ...pinShape,
        ...jwksShape,
      },
      'JWTs of an OpenID Connect provider, whose keys are discovered.',
    ),
  ),
  create(options, context) {
    return createOidcAuthenticator({
      ...withPins(options, context.claims),
      name: context.name,
      report: (event) => context.report(event),
    });
  },
});
