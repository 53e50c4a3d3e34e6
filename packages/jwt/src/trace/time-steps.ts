import type { JsonObject } from '@grpc-authn/core/authenticator';
import { checkTimes, type TimeRules } from '../claims/check-times.ts';
import { ownMember } from '../compact/json-object.ts';
import { describeDate, isoOf } from './describe-claim.ts';
import type { Finding, StepReporter } from './step-reporter.ts';

/** Reports `expiry`, `not_before` and `issued_at`: checkTimes, for one claim at a time. */
export function reportTimes(
  reporter: StepReporter,
  payload: JsonObject,
  nowSeconds: number,
  rules: TimeRules,
): void {
  const { clockToleranceSeconds: tolerance, maxTokenAgeSeconds: maxAge, expiryRequired } = rules;
  const finding = (claim: 'exp' | 'nbf' | 'iat', only: Partial<TimeRules>): Finding => {
    const value = ownMember(payload, claim);
    const alone: JsonObject = value === undefined ? {} : { [claim]: value };
    const fault = checkTimes(alone, nowSeconds, {
      clockToleranceSeconds: tolerance,
      expiryRequired: false,
      maxTokenAgeSeconds: undefined,
      ...only,
    });
    return {
      received: describeDate(payload, claim, nowSeconds),
      ...(fault && { fault: HINTS[fault.reason](claim) }),
    };
  };
  const now = `${isoOf(nowSeconds)}, with a tolerance of ${tolerance} s`;
  reporter.report('expiry', {
    expected: `exp after ${now}${expiryRequired ? '' : ', or none'}`,
    ...finding('exp', { expiryRequired }),
  });
  reporter.report('not_before', {
    expected: `nbf not after ${now}, or none`,
    ...finding('nbf', {}),
  });
  reporter.report('issued_at', {
    expected:
      maxAge === undefined
        ? `iat not after ${now}, or none`
        : `iat at most ${maxAge} s before ${now}, and not after it`,
    ...finding('iat', { maxTokenAgeSeconds: maxAge }),
  });
}

const HINTS = {
  no_expiry: () => 'configure the provider to put exp into its tokens',
  expired: () => 'request a new token',
  not_yet_valid: (claim: string) =>
    `compare the clocks of this machine and the provider: ${claim} is in the future`,
  too_old: () => 'request a new token, or raise maxTokenAgeSeconds',
  claim: (claim: string) =>
    `configure the provider to put ${claim} into its tokens, as seconds since 1970`,
};
