export { createJwksAuthenticator, type JwksLocation } from './create-jwks-authenticator.ts';
export type { JwksOptions } from './jwks-options.ts';
export type { HttpOptions } from '@grpc-authn/provider';
