export type { ClientAuthentication } from './client-authentication.ts';
export { createIntrospectionAuthenticator } from './create-introspection-authenticator.ts';
export type { IntrospectionLocation, IntrospectionOptions } from './introspection-options.ts';
export type { HttpOptions } from '@grpc-authn/provider';
