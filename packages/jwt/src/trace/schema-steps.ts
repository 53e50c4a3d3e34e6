import { AuthError, type JsonObject, type Verdict } from '@grpc-authn/core/authenticator';
import type { PinnedClaims } from '@grpc-authn/core/internal';
import { describeClaim, oneOf } from './describe-claim.ts';
import type { StepReporter } from './step-reporter.ts';

/** Reports `pins`, if there are any. */
export function reportPins(
  steps: StepReporter,
  payload: JsonObject,
  pins: PinnedClaims | undefined,
): void {
  if (pins === undefined) return;
  const wrong = pins.findWrong(payload);
  const shown = [...pins.values].map(([name, values]) => `${name} = ${oneOf(values)}`);
  const names = wrong === undefined ? [...pins.values.keys()] : [wrong];
  steps.report('pins', {
    expected: shown.join(', '),
    received: names.map((name) => describeClaim(payload, name)).join(', '),
    fault:
      wrong === undefined
        ? undefined
        : `request a token whose claim ${wrong} is ${oneOf(pins.values.get(wrong) ?? [])}, or change the pin`,
  });
}

/** Reports `claims_schema`, by the verdict. */
export function reportSchema(steps: StepReporter, verdict: Verdict<object>): void {
  if (steps.hasFailed) return steps.notReached('claims_schema');
  const expected = 'claims that the schema accepts';
  if (!AuthError.is(verdict)) return steps.report('claims_schema', { expected });
  const { code, claim = 'of which the schema names no path' } = verdict;
  steps.report('claims_schema', {
    expected,
    received: code === 'internal' ? 'a schema that failed' : `a fault in the claim ${claim}`,
    fault:
      code === 'internal'
        ? 'correct the schema: it must be synchronous, and return an object'
        : `request a token whose claim ${claim} fits the schema, or change the schema`,
  });
}
