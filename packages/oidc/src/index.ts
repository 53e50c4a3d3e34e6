export { createOidcAuthenticator, type OidcOptions } from './create-oidc-authenticator.ts';
export type { HttpOptions } from '@grpc-authn/provider';
export type { JwksOptions } from '@grpc-authn/jwks';
