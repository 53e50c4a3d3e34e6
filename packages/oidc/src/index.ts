export { createOidcAuthenticator, type OidcOptions } from './create-oidc-authenticator.ts';
