import type { CheckStep } from '../contract/check-step.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { AuthError } from '../errors/auth-error.ts';
import { toAnswer } from '../gate/judge.ts';
import type { Rule } from '../policy/rule.ts';
import type { ExplainedCall } from './explain-call.ts';
import { failedCheckOf } from './failed-check.ts';

/** Whether the caller sent credentials of a scheme that the authenticator accepts. */
export function credentialsStep({
  authenticator,
  credentials,
  wasAsked,
  answer,
}: ExplainedCall): CheckStep {
  const { name, schemes = ['bearer'] } = authenticator;
  const step = { check: 'credentials', authenticator: name } as const;
  const expected = `credentials of the scheme ${schemes.join(' or ')}`;
  const received = describeCredentials(credentials);
  if (wasAsked) return { ...step, result: 'passed', expected, received };
  const { refusal } = answer;
  // The method is public, denied, or open to anonymous callers.
  if (refusal === undefined || refusal.code === 'permission_denied') {
    return { ...step, result: 'not_reached', received };
  }
  const hint = HINTS[refusal.reason];
  return { ...step, result: 'failed', expected, received, ...(hint && { hint }) };
}

function describeCredentials(credentials: ExplainedCall['credentials']): string {
  if (credentials === undefined) return 'none';
  if (!AuthError.is(credentials)) return `the scheme ${credentials.scheme}`;
  const { cause, reason } = credentials;
  return reason === 'too_large' && cause instanceof RangeError ? cause.message : reason;
}

const HINTS: Readonly<Record<string, string>> = {
  absent: 'send the header "authorization: Bearer TOKEN"',
  other_scheme: 'send the header "authorization: Bearer TOKEN"',
  multiple: 'send one authorization header with one token',
  too_large: 'request a token with fewer claims, or raise credentials.maxTokenBytes',
  bad_characters: 'send the token as it was issued, without quotes or line breaks',
};

/** The failed check of an authenticator that reports none. */
export function refusalStep({
  authenticator,
  verdict,
  answer,
  wasAsked,
}: ExplainedCall): CheckStep | undefined {
  if (!wasAsked || isPrincipal(verdict)) return undefined;
  const error = AuthError.is(verdict) ? verdict : answer.refusal;
  if (error === undefined) return undefined;
  const check = failedCheckOf(error);
  // That step follows anyway.
  if (check === 'binding') return undefined;
  const received = describeError(error);
  return { check, result: 'failed', authenticator: authenticator.name, received };
}

/** `unavailable` names its cause: the address and what it answered. */
function describeError(error: AuthError): string {
  const { code, reason, claim, cause } = error;
  const why = code === 'unavailable' && cause instanceof Error ? `: ${cause.message}` : '';
  return `${code}/${reason}${claim === undefined ? '' : ` (${claim})`}${why}`;
}

/** Whether the token is bound to a key, which nothing proves. */
export function bindingStep({ authenticator, verdict }: ExplainedCall): CheckStep {
  const step = { check: 'binding', authenticator: authenticator.name } as const;
  const isVerified = isPrincipal(verdict);
  const isBound = AuthError.is(verdict) && failedCheckOf(verdict) === 'binding';
  if (!isVerified && !isBound) return { ...step, result: 'not_reached' };
  if (isVerified && isPrincipal(toAnswer(verdict))) return { ...step, result: 'passed' };
  return {
    ...step,
    result: 'failed',
    expected: 'a token without the claim cnf',
    received: 'a token that is bound to a key (cnf)',
    hint: 'request a plain bearer token: proofs of possession cannot be checked yet',
  };
}

/** Whether the method's rule allows the caller. */
export function ruleStep(
  { authenticator, verdict, answer, wasAsked }: ExplainedCall,
  rule: Rule,
): CheckStep {
  const step = {
    check: 'rule',
    authenticator: authenticator.name,
    expected: rule.description,
  } as const;
  const { refusal, wouldRefuse } = answer;
  const refused = refusal ?? wouldRefuse;
  if (refused === undefined) return { ...step, result: 'passed' };
  const caller = toAnswer(verdict);
  if (!isPrincipal(caller)) {
    if (wasAsked || refused.code !== 'permission_denied') return { ...step, result: 'not_reached' };
    return {
      ...step,
      result: 'failed',
      hint: 'change the rule of the method: it denies every call',
    };
  }
  return { ...step, result: 'failed', ...describeRuleRefusal(refused, caller) };
}

function describeRuleRefusal(
  refused: AuthError,
  { scopes, claims, subject }: Principal<object>,
): Pick<CheckStep, 'received' | 'hint'> {
  const { reason, requiredScopes, claim = '' } = refused;
  if (reason === 'scope') {
    const missing = requiredScopes.filter((scope) => !scopes.includes(scope));
    return {
      received: scopes.length === 0 ? 'no scopes' : `the scopes ${scopes.join(' ')}`,
      hint:
        missing.length === 0
          ? 'request a token with one of the scopes of the rule'
          : `request a token with the scope ${missing.join(' ')}`,
    };
  }
  if (refused.code === 'permission_denied' && reason === 'claim') {
    const value = valueAt(claims, claim);
    return {
      received: value === undefined ? `no claim ${claim}` : `${claim} = ${JSON.stringify(value)}`,
      hint: `request a token whose claim ${claim} has the value of the rule`,
    };
  }
  if (reason === 'audience') {
    return {
      received: 'a token of any audience',
      hint: 'let the rule require scopes, or configure the audience of the authenticator',
    };
  }
  if (reason === 'unconfirmed') {
    return {
      received: `${subject ?? 'a caller'}, not confirmed`,
      hint: 'request a new token: this one may have been revoked',
    };
  }
  return { received: describeError(refused) };
}

/** The refusal names a path with dots, which may also be part of a name. */
function valueAt(claims: object, path: string): unknown {
  const members = claims as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(members, path)) return members[path];
  const [first = '', ...rest] = path.split('.');
  const value = Object.hasOwn(members, first) ? members[first] : undefined;
  const isInside = rest.length > 0 && typeof value === 'object' && value !== null;
  return isInside ? valueAt(value, rest.join('.')) : undefined;
}
