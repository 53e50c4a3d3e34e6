import { isDeepStrictEqual } from 'node:util';
import type { Authenticator } from '../contract/authenticator.ts';
import type { JsonValue } from '../contract/json.ts';
import type { Principal } from '../contract/principal.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import { AuthError } from '../errors/auth-error.ts';
import type { RuleNode } from './rule.ts';

/** What the decision about one caller needs beside the rule. */
export interface Authorization {
  readonly principal: Principal<object>;
  readonly nowMs: () => number;
  /** Asks for a second opinion about the credentials: a principal, or why there is none. */
  readonly confirm: (by: Authenticator<object>) => Promise<Principal<object> | AuthError>;
  /** Told what a dry run would have refused. */
  readonly wouldRefuse: (error: AuthError) => void;
}

type Refusal = AuthError | undefined;

/** Why the rule does not let this verified caller pass; undefined where it does. */
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
      return fits(rule, about.principal) ? undefined : new AuthError('permission_denied', 'claim');
    case 'confirmed':
      return confirm(rule.by, about);
    case 'all':
      return firstThat((refusal) => refusal !== undefined, inOrder(rule.of), about);
    case 'any':
      return firstThat(passesOrFails, inOrder(rule.of), about);
    case 'override':
      return authorize(rule.rule, about);
    case 'dry_run':
      return dryRun(rule, about);
  }
}

/** What costs a request comes last: most callers are decided without it. */
function inOrder(rules: readonly RuleNode[]): readonly RuleNode[] {
  return [...rules.filter((rule) => !asks(rule)), ...rules.filter(asks)];
}

function asks(rule: RuleNode): boolean {
  if (rule.kind === 'all' || rule.kind === 'any') return rule.of.some(asks);
  return rule.kind === 'confirmed';
}

/** An outage or a bug of one branch is no reason to look for another door. */
function passesOrFails(refusal: Refusal): boolean {
  return refusal === undefined || refusal.code !== 'permission_denied';
}

/** The first answer that decides, else the last; synchronous for as long as the rules are. */
function firstThat(
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
          : firstThat(decides, rules, about, index + 1),
      );
    }
    if (decides(refusal)) return refusal;
    last = refusal;
  }
  return last;
}

function fits(
  { path, wanted }: Extract<RuleNode, { kind: 'claim' }>,
  principal: Principal<object>,
): boolean {
  let value: unknown = principal.claims;
  for (const name of path) value = memberOf(value, name);
  // A predicate in JavaScript may give anything, a promise among it: true alone is a yes.
  if (typeof wanted === 'function') {
    const answer: unknown = wanted(value as JsonValue | undefined);
    // Its promise is no yes, and what it rejects with must not end the process.
    if (isPromiseLike(answer)) Promise.resolve(answer).catch(() => undefined);
    return answer === true;
  }
  const matches = (candidate: unknown): boolean => isDeepStrictEqual(candidate, wanted);
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
  // Both spoke of one and the same token. A client that one side alone names contradicts nobody: RFC
  // 7662 and RFC 7519 leave it out at will, and what the handler sees is the first's in any case.
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
  // What it would be later, a call's end with INTERNAL, is what it reports now.
  const reportFault = (fault: unknown): Refusal =>
    report(AuthError.is(fault) ? fault : new AuthError('internal', 'bug', { cause: fault }));
  try {
    const refusal = authorize(rule, about);
    return isPromiseLike(refusal) ? refusal.then(report, reportFault) : report(refusal);
  } catch (fault) {
    return reportFault(fault);
  }
}
