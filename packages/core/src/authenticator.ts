// Everything an adapter or a binding for another transport builds on: no gRPC inside.
export { AuthError, type AuthErrorOptions } from './errors/auth-error.ts';
export type { AuthErrorCode, AuthErrorReasons } from './errors/reasons.ts';
export { ConfigError, type ConfigProblem } from './errors/config-error.ts';
export type { JsonObject, JsonValue, OneOrMore } from './contract/json.ts';
export type { AuthEvent, AuthEventType } from './contract/auth-event.ts';
export type { CheckName, CheckStep } from './contract/check-step.ts';
export type { CacheLookup } from './contract/channels.ts';
export type { Clock } from './contract/clock.ts';
export { createPrincipal, type Principal, type PrincipalInit } from './contract/principal.ts';
export type {
  AuthenticationContext,
  Authenticator,
  AuthenticatorEvent,
  AuthenticatorTraits,
  ClaimsOf,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from './contract/authenticator.ts';
export { bearerFromHeader, type BearerFormat } from './credentials/bearer.ts';
export type { LimitOptions } from './gate/gate-limits.ts';
export { explain } from './explain/explain.ts';
export type { Explanation, ExplainOptions } from './explain/explanation.ts';
export { checkAuthenticatedBy } from './contract/check-authenticated-by.ts';
export { createCallGuard } from './guard/create-call-guard.ts';
export type { Decision } from './guard/decision.ts';
export type { BindingOptions, HeaderOptions } from './guard/guard-options.ts';
export type { StreamOptions } from './guard/lifetime.ts';
export type { CallGuard, GateOutcome } from './guard/call-guard.ts';
export type { TransportCall } from './gate/transport-call.ts';
export { describeRefusal } from './refusal/describe-refusal.ts';
export type { Refusal } from './refusal/refusal.ts';
export { withoutAdmissionStage } from './refusal/relayed-details.ts';
export type { RefusedStatus, StatusOverrides } from './refusal/status-overrides.ts';
export { anyOf } from './compose/any-of.ts';
export type { CacheOptions } from './compose/cache-options.ts';
export { cached } from './compose/cached.ts';
export { wrapAuthenticator } from './compose/wrap-authenticator.ts';
export { type Policy, type RuleSource } from './policy/checked-policy.ts';
export { definePolicy } from './policy/define-policy.ts';
export type { DescriptorSet } from './policy/descriptor-set.ts';
export type { PolicyOptions } from './policy/policy-input.ts';
export type { ClaimPredicate, Rule } from './policy/rule.ts';
export {
  allowAnonymous,
  authenticated,
  confirmedBy,
  denyAll,
  dryRun,
  override,
  publicMethod,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
} from './policy/rules.ts';
export { healthChecks, type MethodName, reflection, rulesFor } from './policy/rules-for.ts';
export type { DescribedService } from './policy/described-service.ts';
export type { ServiceLike } from './policy/service-definition.ts';
