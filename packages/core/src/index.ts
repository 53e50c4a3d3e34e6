// Everything of ./authenticator, and the grpc-js interceptor.
export { AuthError, type AuthErrorOptions } from './errors/auth-error.ts';
export type { AuthErrorCode, AuthErrorReasons } from './errors/reasons.ts';
export { ConfigError } from './errors/config-error.ts';
export type { JsonObject, JsonValue, OneOrMore } from './contract/json.ts';
export type { AuthEvent } from './contract/auth-event.ts';
export type { Clock } from './contract/clock.ts';
export { createPrincipal, type Principal, type PrincipalInit } from './contract/principal.ts';
export type {
  AuthenticationContext,
  Authenticator,
  AuthenticatorEvent,
  ClaimsOf,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from './contract/authenticator.ts';
export { createGate, type Decided, type GateOptions } from './gate/gate.ts';
export {
  bearerFromMetadata,
  type BearerOptions,
  type CredentialsExtractor,
} from './grpc/bearer-from-metadata.ts';
export { createAuthInterceptor } from './grpc/create-auth-interceptor.ts';
export type { Decision } from './grpc/decision.ts';
export type { AuthInterceptorOptions } from './grpc/interceptor-options.ts';
export { type AuthenticatedCall, findPrincipal, getPrincipal } from './grpc/principal-access.ts';
export {
  type RefusalStatus,
  type RefusedStatus,
  type StatusOverrides,
  toStatus,
} from './grpc/status.ts';
export { anyOf } from './compose/any-of.ts';
export type { CacheOptions } from './compose/cache-options.ts';
export { cached } from './compose/cached.ts';
