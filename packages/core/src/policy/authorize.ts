import { isDeepStrictEqual } from 'node:util';
import type { Authenticator } from '../contract/authenticator.ts';
import type { JsonValue } from '../contract/json.ts';
import type { Principal } from '../contract/principal.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { RuleNode } from './rule.ts';

/** What a rule is evaluated with. */
export interface Authorization {
  readonly principal: Principal<object>;
  readonly nowMs: () => number;
  /** Has another authenticator verify the same credentials. */
  readonly confirm: (by: Authenticator<object>) => Promise<Principal<object> | AuthError>;
  /** Called with what a rule under a dry run would have refused. */
  readonly wouldRefuse: (error: AuthError) => void;
}

type Refusal = AuthError | undefined;

/** Why the rule rejects this verified caller; undefined if it allows the call. */
export function authorize(rule: RuleNode, about: Authorization): Refusal | Promise<Refusal> {
  switch (rule.kind) {
    case 'public':
    case 'anonymous':
    case 'authenticated':
      return undefined;
    case 'deny':
      return new AuthError('permission_denied', 'denied');
    case 'scopes':
      return rule.all.every((scope) => about.principal.scopes.includes(scope))
        ? undefined
        : new AuthError('permission_denied', 'scope');
    case 'any_scope':
      return rule.any.some((scope) => about.principal.scopes.includes(scope))
        ? undefined
        : new AuthError('permission_denied', 'scope');
    case 'claim':
      return claimMatches(rule, about.principal)
        ? undefined
        : new AuthError('permission_denied', 'claim', { claim: rule.path.join('.') });
    case 'confirmed':
      return confirm(rule.by, about);
    case 'all':
      return firstDecisive((refusal) => refusal !== undefined, inOrder(rule.of), about);
    case 'any':
      return firstDecisive(isFinal, inOrder(rule.of), about);
    case 'override':
      return authorize(rule.rule, about);
    case 'dry_run':
      return dryRun(rule, about);
  }
}

/** Rules that send a request come last, because the others decide about most callers. */
function inOrder(rules: readonly RuleNode[]): readonly RuleNode[] {
  return [...rules.filter((rule) => !sendsRequest(rule)), ...rules.filter(sendsRequest)];
}

function sendsRequest(rule: RuleNode): boolean {
  if (rule.kind === 'all' || rule.kind === 'any') return rule.of.some(sendsRequest);
  return rule.kind === 'confirmed';
}

/** An outage or a bug in one branch must not fall through to the next one. */
function isFinal(refusal: Refusal): boolean {
  return refusal === undefined || refusal.code !== 'permission_denied';
}

/** The first answer that decides, or the last one. Synchronous as long as the rules are. */
function firstDecisive(
  decides: (refusal: Refusal) => boolean,
  rules: readonly RuleNode[],
  about: Authorization,
  first = 0,
): Refusal | Promise<Refusal> {
  let last: Refusal;
  for (const [index, rule] of rules.entries()) {
    if (index < first) continue;
    const refusal = authorize(rule, about);
    if (isPromiseLike(refusal)) {
      return refusal.then((late) =>
        decides(late) || index === rules.length - 1
          ? late
          : firstDecisive(decides, rules, about, index + 1),
      );
    }
    if (decides(refusal)) return refusal;
    last = refusal;
  }
  return last;
}

function claimMatches(
  { path, expected }: Extract<RuleNode, { kind: 'claim' }>,
  principal: Principal<object>,
): boolean {
  let value: unknown = principal.claims;
  for (const name of path) value = memberOf(value, name);
  // In JavaScript a predicate may return anything, also a promise. Only true allows the call.
  if (typeof expected === 'function') {
    const answer: unknown = expected(value as JsonValue | undefined);
    // A rejection of that promise must not end the process.
    if (isPromiseLike(answer)) Promise.resolve(answer).catch(() => undefined);
    return answer === true;
  }
  const matches = (candidate: unknown): boolean => isDeepStrictEqual(candidate, expected);
  return matches(value) || (Array.isArray(value) && value.some(matches));
}

function memberOf(holder: unknown, name: string): unknown {
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return undefined;
  return Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined;
}

async function confirm(by: Authenticator<object>, about: Authorization): Promise<Refusal> {
  const { principal } = about;
  const second = await about.confirm(by);
  if (AuthError.is(second)) {
    const unable = second.code === 'unavailable' || second.code === 'internal';
    return unable ? second : new AuthError('permission_denied', 'unconfirmed', { cause: second });
  }
  // Both answers are about the same token. A client that only one of them names is not a contradiction:
  // it is optional in RFC 7662 and RFC 7519, and the handler sees the first principal.
  const agrees =
    second.subject === principal.subject &&
    second.issuer === principal.issuer &&
    (second.clientId ?? principal.clientId) === (principal.clientId ?? second.clientId);
  return agrees ? undefined : new AuthError('permission_denied', 'unconfirmed');
}

function dryRun(
  { rule, untilMs }: Extract<RuleNode, { kind: 'dry_run' }>,
  about: Authorization,
): Refusal | Promise<Refusal> {
  if (about.nowMs() >= untilMs) return authorize(rule, about);
  const report = (would: Refusal): Refusal => {
    if (would !== undefined) about.wouldRefuse(would);
    return undefined;
  };
  // After the dry run a fault ends the call with INTERNAL, so that is what is reported.
  const reportFault = (fault: unknown): Refusal =>
    report(AuthError.is(fault) ? fault : new AuthError('internal', 'bug', { cause: fault }));
  try {
    const refusal = authorize(rule, about);
    return isPromiseLike(refusal) ? refusal.then(report, reportFault) : report(refusal);
  } catch (fault) {
    return reportFault(fault);
  }
}
