import { describeValue, wrongOption } from '@grpc-authn/core/internal';
import type { MissableClaim } from '@grpc-authn/jwt/internal';

export const MISSABLE_CLAIMS: readonly ['iss', 'aud', 'exp'] = Object.freeze(['iss', 'aud', 'exp']);

/** @throws ConfigError for anything but a list of these claims. */
export function readAcceptMissing(value: unknown): readonly MissableClaim[] {
  if (value === undefined) return [];
  const claims: readonly unknown[] = Array.isArray(value) ? value : [];
  if (Array.isArray(value) && claims.every(isMissable)) {
    return MISSABLE_CLAIMS.filter((claim) => claims.includes(claim));
  }
  const wrong = claims.find((claim) => !isMissable(claim));
  throw wrongOption(
    'acceptMissing',
    describeValue(Array.isArray(value) ? wrong : value),
    `a list of ${MISSABLE_CLAIMS.join(', ')}`,
  );
}

/** At each start and reload: it must not be forgotten. */
export function warnAboutMissing(name: string, claims: readonly MissableClaim[]): void {
  if (claims.length === 0) return;
  process.emitWarning(
    `hs256 authenticator ${JSON.stringify(name)}: acceptMissing accepts tokens without ${claims.join(', ')}; ` +
      'let the signer add them, then remove the option (docs/older-tokens.md)',
    { code: 'GRPC_AUTHN_ACCEPT_MISSING' },
  );
}

function isMissable(claim: unknown): claim is MissableClaim {
  return (MISSABLE_CLAIMS as readonly unknown[]).includes(claim);
}
