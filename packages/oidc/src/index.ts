export { adapter } from './adapter.ts';
export { createOidcAuthenticator, type OidcOptions } from './create-oidc-authenticator.ts';
export type { HttpOptions } from '@grpc-authn/http';
export type { JwksOptions } from '@grpc-authn/jwks';
