import type * as Trace from './trace/shared.ts';

// For the JWT adapters of this project, which are released together. Not a public API.
export { JwtAuthenticator } from './authenticator/jwt-authenticator.ts';
export {
  CLOCK_TOLERANCE,
  type ClaimsOutput,
  JWT_OPTION_NAMES,
  type JwtOptions,
  type JwtRules,
  type MissableClaim,
  checkSchema,
  pinsOf,
  readJwtOptions,
} from './authenticator/jwt-options.ts';
export type { KeySource } from './authenticator/key-source.ts';
export type { TokenProfile } from './authenticator/token-profile.ts';
export { importPublicKeySet } from './keys/import-key-set.ts';
export type { ImportedKeySet } from './keys/key-set.ts';
export { matchAudience } from './claims/check-audience.ts';
export { checkTimes } from './claims/check-times.ts';
export { findForeignMark } from './claims/check-use.ts';
export { hasExpired } from './claims/numeric-date.ts';
export { readIdentity, toTokenPrincipal } from './claims/read-identity.ts';
export { validateClaims } from './claims/validate-claims.ts';
export { DEFAULT_ALGORITHMS } from './keys/algorithms.ts';
export { findWeakness } from './keys/weak-secret.ts';
export { readUnverified, type UnverifiedToken } from './routing/unverified-issuer.ts';
/** What explains the checks of claims. Loaded on demand: a server that serves calls does not need it. */
export const loadTrace = (): Promise<typeof Trace> => import('./trace/shared.ts');
