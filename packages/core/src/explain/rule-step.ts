import type { Authenticator } from '../contract/authenticator.ts';
import type { CheckStep } from '../contract/check-step.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import type { AuthError } from '../errors/auth-error.ts';
import type { GateAnswer } from '../gate/gate.ts';
import { toAnswer } from '../gate/judge.ts';
import type { Rule } from '../policy/rule.ts';
import { TIMEOUT_HINTS } from './timeout-hints.ts';
import { type AskedAuthenticator, describeError } from './asked-authenticator.ts';

/** Whether the method's rule allows the caller. */
export function ruleStep(
  { name }: Authenticator<object>,
  { description }: Rule,
  { refusal, wouldRefuse }: GateAnswer,
  { verdict, wasAsked }: AskedAuthenticator,
): CheckStep {
  const step = { check: 'rule', authenticator: name, expected: description } as const;
  const refused = refusal ?? wouldRefuse;
  if (refused === undefined) return { ...step, result: 'passed' };
  const caller = toAnswer(verdict);
  if (isPrincipal(caller))
    return { ...step, result: 'failed', ...describeRefusal(refused, caller) };
  if (wasAsked || refused.code !== 'permission_denied') return { ...step, result: 'not_reached' };
  return { ...step, result: 'failed', hint: 'change the rule: it denies every call' };
}

function describeRefusal(
  refused: AuthError,
  { scopes, claims, subject }: Principal<object>,
): Pick<CheckStep, 'received' | 'hint'> {
  const { code, reason, requiredScopes, claim = '' } = refused;
  if (code === 'invalid_token') {
    return {
      received: 'a token of any audience',
      hint: 'let the rule require scopes, or configure the audience of the authenticator',
    };
  }
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
  if (reason === 'claim') {
    const value = valueAt(claims, claim);
    return {
      received: value === undefined ? `no claim ${claim}` : `${claim} = ${JSON.stringify(value)}`,
      hint: `request a token whose claim ${claim} has the value of the rule`,
    };
  }
  if (reason === 'unconfirmed') {
    return {
      received: `${subject ?? 'a caller'}, not confirmed`,
      hint: 'request a new token: this one may have been revoked',
    };
  }
  const hint = reason === 'timeout' ? TIMEOUT_HINTS.rule : 'correct the rule, or what it asks';
  return { received: describeError(refused), hint };
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
