import type { JsonObject } from '@grpc-authn/core/authenticator';
import type { JwtRules } from '../authenticator/jwt-options.ts';
import { findMissing, readAudience, readIssuer } from '../authenticator/token-check.ts';
import { findForeignMark, type TokenUse } from '../claims/check-use.ts';
import { type IdentityClaims, readIdentity } from '../claims/read-identity.ts';
import { ownMember } from '../compact/json-object.ts';
import { describeClaim, oneOf } from './describe-claim.ts';
import type { StepReporter } from './step-reporter.ts';
import { reportPins } from './schema-steps.ts';
import { reportTimes } from './time-steps.ts';

/** Reports `issuer` to `pins`. */
export function reportClaims(steps: StepReporter, payload: JsonObject, rules: JwtRules): void {
  reportIssuer(steps, payload, rules);
  const { claim, values } = rules.audience;
  steps.report('audience', {
    expected: oneOf(values),
    received: describeClaim(payload, claim),
    fault:
      readAudience(payload, rules) === undefined
        ? `request the token for the audience ${oneOf(values)}, or change the option "audience"`
        : undefined,
  });
  reportUse(steps, payload, rules.tokenUse);
  reportTimes(steps, payload, rules.clock.nowMs() / 1000, rules);
  const missing = findMissing(payload, rules);
  steps.report('required_claims', {
    expected: rules.requiredClaims.join(', ') || 'none',
    ...(missing === undefined
      ? undefined
      : {
          received: describeClaim(payload, missing),
          fault: `configure the provider to put ${missing} into its tokens`,
        }),
  });
  reportIdentity(steps, payload, rules);
  reportPins(steps, payload, rules.pins);
}

function reportIssuer(steps: StepReporter, payload: JsonObject, rules: JwtRules): void {
  const { issuers, profile } = rules;
  const isWrong = 'reason' in readIssuer(payload, rules);
  const claim = profile?.issuerClaim ?? 'iss';
  steps.report('issuer', {
    expected: profile?.issuerDescription ?? oneOf(issuers),
    received: describeClaim(payload, claim),
    fault: isWrong ? issuerHint(ownMember(payload, claim), issuers) : undefined,
  });
}

function issuerHint(received: unknown, issuers: readonly string[]): string {
  const isNear =
    typeof received === 'string' &&
    issuers.some((issuer) => withoutSlash(issuer) === withoutSlash(received));
  return isNear
    ? `set the option "issuer" to ${JSON.stringify(received)}: a slash at the end counts`
    : `request the token from ${oneOf(issuers)}, or change the option "issuer"`;
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, '');
}

/** Reports `token_use`. */
export function reportUse(steps: StepReporter, payload: JsonObject, use: TokenUse): void {
  const mark = findForeignMark(payload, use);
  const kind = use === 'access' ? 'an access token' : 'an ID token';
  steps.report('token_use', {
    expected: kind,
    ...(mark === undefined
      ? undefined
      : {
          received: describeClaim(payload, mark),
          fault: `send ${kind}: the claim ${mark} marks a token of another kind`,
        }),
  });
}

/** Reports `subject`: the claims that say who the caller is, and what the caller may do. */
export function reportIdentity(
  steps: StepReporter,
  payload: JsonObject,
  rules: IdentityClaims,
): void {
  const identity = readIdentity(payload, rules);
  const isWrong = typeof identity === 'string';
  steps.report('subject', {
    expected: `${rules.subjectClaim} as text, or none`,
    received: describeClaim(payload, isWrong ? identity : rules.subjectClaim),
    fault: isWrong
      ? `configure the provider to put ${identity} into its tokens in the form of its specification`
      : undefined,
  });
}
