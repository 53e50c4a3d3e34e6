export { createIntrospectionAuthenticator } from './create-introspection-authenticator.ts';
export type { IntrospectionLocation, IntrospectionOptions } from './introspection-options.ts';
export type { ClientAuthentication, HttpOptions } from '@grpc-authn/provider';
