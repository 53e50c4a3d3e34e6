// For the packages of this family, which are released together with core. No promise to anybody else.
export { checkClock, systemClock } from './contract/clock.ts';
export { CACHE_RANGES } from './compose/cache-options.ts';
export { addKnownTokens, knowsToken } from './compose/known-token.ts';
export { SteadyTime } from './compose/steady-time.ts';
export { CHECK_NAMES } from './contract/check-step.ts';
export type { PinnedClaims } from './contract/pinned-claims.ts';
export { allOf } from './compose/composition.ts';
export { Composition } from './compose/composition.ts';
export { checkAuthenticator } from './contract/check-authenticator.ts';
export { readBearerFormat } from './credentials/bearer.ts';
export { hasAuthenticatorNamed, isCaching, leavesOf } from './contract/composition.ts';
export { setAuthInfo } from './contract/call-auth-info.ts';
export { publishEvent } from './contract/channels.ts';
export { notify } from './contract/notify.ts';
export { reportEvent } from './contract/report-event.ts';
export { Listeners } from './contract/listeners.ts';
export { FairQueue, Waiter } from './queue/fair-queue.ts';
export { type QueueKeys, queueKeysOf } from './queue/queue-keys.ts';
export { type CallWatcher, type SharedQueueable, watchCalls } from './contract/watched-calls.ts';
export { isPromiseLike } from './contract/is-promise-like.ts';
export {
  type AbortListener,
  addAbortListener,
  rejectOnAbort,
  removeAbortListener,
  unavailableOnAbort,
} from './contract/abort-race.ts';
export {
  createParsedPrincipal,
  createPrincipalWith,
  isPrincipal,
  LAST_EPOCH_SECOND,
} from './contract/principal.ts';
export {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  checkText,
  checkTexts,
  describeSecret,
  describeValue,
  nearestName,
  noSuchOption,
  wrongOption,
} from './errors/option-checks.ts';
export { readLimits, readTimeout } from './gate/gate-limits.ts';
export { checkPolicy, reportDryRuns } from './gate/check-policy.ts';
export { anyCallerPolicy, reloadablePolicy } from './policy/reloadable-policy.ts';
export { weakenedMethods } from './policy/weakened-methods.ts';
export { INTERCEPTOR_OPTION_NAMES } from './guard/guard-options.ts';
