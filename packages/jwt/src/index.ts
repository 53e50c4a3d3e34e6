export { createJwtAuthenticator } from './authenticator/create-jwt-authenticator.ts';
export type { ClaimsOutput, JwtOptions } from './authenticator/jwt-options.ts';
export { importKeySet } from './keys/import-key-set.ts';
export type { KeySet } from './keys/key-set.ts';
export { verifyCompactJws, type VerifiedJws } from './verify-compact-jws.ts';
export { byIssuer } from './routing/by-issuer.ts';
export { byTrustedIssuer } from './routing/by-trusted-issuer.ts';
