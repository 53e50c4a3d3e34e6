import {
  AuthError,
  type AuthenticationContext,
  type CheckName,
  type JsonObject,
  type Verdict,
} from '@grpc-authn/core/authenticator';
import { CHECK_NAMES } from '@grpc-authn/core/internal';
import { loadTrace, pinsOf } from '@grpc-authn/jwt/internal';
import type { IntrospectionSettings } from './introspection-options.ts';
import {
  audienceOf,
  identityClaimsOf,
  isActive,
  isOfIssuer,
  isOfTokenType,
  type Judge,
  judgeAnswer,
  timeRulesOf,
} from './judge-answer.ts';

type Tools = Awaited<ReturnType<typeof loadTrace>>;
type Reporter = InstanceType<Tools['StepReporter']>;

/** The checks of an answer that says that the token is active. */
const ANSWER_CHECKS: readonly CheckName[] = CHECK_NAMES.slice(
  CHECK_NAMES.indexOf('type'),
  CHECK_NAMES.indexOf('pins'),
).filter((check) => check !== 'required_claims');

interface Question {
  readonly trace: NonNullable<AuthenticationContext['trace']>;
  /** What is refused without asking the provider. */
  readonly unasked: AuthError | undefined;
  /** Of the token itself, if it is a JWT. */
  readonly payload: JsonObject | undefined;
  readonly ask: (judge: Judge) => Promise<Verdict<object>>;
}

/**
 * Reports the checks of a token and of the provider's answer, each by the function that judges answers. The
 * clock is stopped while an answer is judged, so that verdict and steps agree.
 */
export async function explainAnswer(
  settings: IntrospectionSettings,
  { trace, unasked, payload, ask }: Question,
): Promise<Verdict<object>> {
  const tools = await loadTrace();
  const steps = new tools.StepReporter(settings.name, trace);
  const isMalformed = unasked?.code === 'malformed_credentials';
  steps.report('format', {
    expected: 'a bearer token (b64token of RFC 6750)',
    received: isMalformed ? 'a character that no bearer token has' : 'a bearer token',
    fault: isMalformed ? 'send the token as it was issued' : undefined,
  });
  if (unasked !== undefined) {
    if (isMalformed) steps.notReached(...ANSWER_CHECKS);
    else reportOtherIssuer(tools, steps, settings, payload ?? {});
    finish(tools, steps, settings, unasked);
    return unasked;
  }
  let isReported = false;
  const verdict = await ask((answer, askedAtSeconds) => {
    const fixed = withFixedClock(settings);
    const judged = judgeAnswer(answer, fixed, askedAtSeconds);
    if (!isActive(answer)) return judged;
    isReported = true;
    reportAnswer(tools, steps, answer, fixed);
    steps.report('introspection', { expected: 'an active token', received: 'an active token' });
    if (hasSchema(settings)) tools.reportSchema(steps, judged);
    return judged;
  });
  if (isReported) return verdict;
  steps.notReached(...ANSWER_CHECKS);
  finish(tools, steps, settings, verdict);
  return verdict;
}

function withFixedClock(settings: IntrospectionSettings): IntrospectionSettings {
  const { clock } = settings;
  const nowMs = clock.nowMs();
  return {
    ...settings,
    clock: { nowMs: () => nowMs, setTimer: (ms, fire) => clock.setTimer(ms, fire) },
  };
}

/** A JWT of another issuer is not sent to the provider. */
function reportOtherIssuer(
  { describeClaim }: Tools,
  steps: Reporter,
  { issuer }: IntrospectionSettings,
  payload: JsonObject,
): void {
  steps.notReached('type');
  steps.report('issuer', {
    expected: JSON.stringify(issuer),
    received: describeClaim(payload, 'iss'),
    fault: `request the token from ${issuer}, or change the option "issuer"`,
  });
  steps.notReached(...ANSWER_CHECKS.slice(ANSWER_CHECKS.indexOf('issuer') + 1));
}

/** Reports what follows the checks of an answer, where there is none that says that the token is active. */
function finish(
  tools: Tools,
  steps: Reporter,
  settings: IntrospectionSettings,
  verdict: Verdict<object>,
): void {
  if (pinsOf(settings.schema) !== undefined) steps.notReached('pins');
  if (steps.hasFailed || !AuthError.is(verdict)) {
    steps.notReached('introspection');
  } else {
    const { code, reason, cause } = verdict;
    const isInactive = code === 'invalid_token';
    const why = code === 'unavailable' && cause instanceof Error ? `: ${cause.message}` : '';
    steps.report('introspection', {
      expected: 'an active token',
      received: isInactive ? 'no active token' : 'no answer',
      fault: isInactive
        ? 'request a new token: it has expired, was revoked, or is of another provider'
        : `make the provider answer (${code}/${reason}${why})`,
    });
  }
  if (hasSchema(settings)) tools.reportSchema(steps, verdict);
}

function hasSchema({ schema }: IntrospectionSettings): boolean {
  return pinsOf(schema)?.hasSchema ?? schema !== undefined;
}

function reportAnswer(
  tools: Tools,
  steps: Reporter,
  answer: JsonObject,
  settings: IntrospectionSettings,
): void {
  const { describeClaim, oneOf, reportIdentity, reportPins, reportTimes, reportUse } = tools;
  const { tokenTypes, issuer, audience, clock } = settings;
  steps.report('type', {
    expected: [...tokenTypes].map((type) => type ?? 'no token_type').join(' or '),
    received: describeClaim(answer, 'token_type'),
    fault: isOfTokenType(answer, settings)
      ? undefined
      : 'send an access token, or add this type to the option "tokenTypes"',
  });
  steps.report('issuer', {
    expected: issuer === undefined ? 'any issuer' : `${JSON.stringify(issuer)}, or none`,
    received: describeClaim(answer, 'iss'),
    fault: isOfIssuer(answer, settings)
      ? undefined
      : `request the token from ${issuer ?? 'an issuer with a name'}, or change the option "issuer"`,
  });
  steps.report('audience', {
    expected: audience === undefined ? 'any audience' : oneOf(audience),
    received: describeClaim(answer, 'aud'),
    fault:
      audienceOf(answer, settings) === undefined
        ? `request the token for the audience ${oneOf(audience ?? [])}, or change the option "audience"`
        : undefined,
  });
  reportUse(steps, answer, 'access');
  reportTimes(steps, answer, clock.nowMs() / 1000, timeRulesOf(settings));
  reportIdentity(steps, answer, identityClaimsOf(settings));
  reportPins(steps, answer, pinsOf(settings.schema));
}
