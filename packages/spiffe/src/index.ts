export { createSpiffeAuthenticator } from './create-spiffe-authenticator.ts';
export type { BundleLocation, SpiffeOptions } from './spiffe-options.ts';
export type { HttpOptions } from '@grpc-authn/provider';
