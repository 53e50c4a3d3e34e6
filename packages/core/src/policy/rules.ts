import type { Authenticator } from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { isCaching } from '../contract/composition.ts';
import type { JsonValue } from '../contract/json.ts';
import {
  checkOptionNames,
  checkTexts,
  describeValue,
  wrongOption,
} from '../errors/option-checks.ts';
import { type ClaimPredicate, makeRule, ruleNode, type Rule, type RuleNode } from './rule.ts';

const PUBLIC = makeRule('public', { kind: 'public' });
const ANONYMOUS = makeRule('anonymous allowed', { kind: 'anonymous' });
const AUTHENTICATED = makeRule('authenticated', { kind: 'authenticated' });
const DENIED = makeRule('denied', { kind: 'deny' });

/** Everyone may call the method: credentials are not looked at, and there is no principal. */
export function publicMethod(): Rule {
  return PUBLIC;
}

/** Allows callers without credentials, who have no principal. Credentials that are sent must verify. */
export function allowAnonymous(): Rule {
  return ANONYMOUS;
}

/** Allows every verified caller. */
export function authenticated(): Rule {
  return AUTHENTICATED;
}

/** Rejects every call with `permission_denied` (reason `denied`). The authenticator is not asked. */
export function denyAll(): Rule {
  return DENIED;
}

/**
 * Allows verified callers that have all of these scopes. Others get `permission_denied` (reason
 * `scope`).
 *
 * @throws ConfigError for an empty scope, or one with a space, which no token can have (RFC 6749,
 * section 3.3).
 * @example requireScopes('orders:read')
 */
export function requireScopes(first: string, ...others: readonly string[]): Rule {
  const all = checkScopes('requireScopes', [first, ...others]);
  return makeRule(`scopes ${all.join(' and ')}`, { kind: 'scopes', all });
}

/**
 * Allows verified callers that have at least one of these scopes. Others get `permission_denied` (reason
 * `scope`).
 *
 * @throws ConfigError as requireScopes does.
 * @example requireAnyScope('orders:read', 'orders:write')
 */
export function requireAnyScope(first: string, ...others: readonly string[]): Rule {
  const any = checkScopes('requireAnyScope', [first, ...others]);
  return makeRule(`scope ${any.join(' or ')}`, { kind: 'any_scope', any });
}

/**
 * Allows verified callers whose claim has this value, or for which the predicate returns `true`. Others
 * get `permission_denied` (reason `claim`). If the claim is a list, one member with the value is enough.
 *
 * A string is the name of one claim, dots included: 'https://example.com/roles'. 'realm_access.roles' is
 * not a path. For a claim inside an object pass a list: ['realm_access', 'roles'].
 *
 * @throws ConfigError for an undefined value.
 * @example requireClaim(['realm_access', 'roles'], 'admin')
 */
export function requireClaim(
  claim: string | readonly [string, ...string[]],
  expected: JsonValue | ClaimPredicate,
): Rule {
  const path = checkTexts('requireClaim', claim);
  if (expected === undefined) {
    throw wrongOption(`requireClaim(${path.join('.')})`, 'undefined', 'a value or a predicate');
  }
  const shown =
    typeof expected === 'function' ? 'accepted by a predicate' : `= ${JSON.stringify(expected)}`;
  const kept = typeof expected === 'function' ? expected : structuredClone(expected);
  return makeRule(`claim ${path.join('.')} ${shown}`, { kind: 'claim', path, expected: kept });
}

/**
 * Allows verified callers whose credentials this authenticator verifies too, on every call and after
 * every cache. Subject, issuer and client must be the same. Others get `permission_denied` (reason
 * `unconfirmed`). For methods that must reject a revoked token immediately: payments, deletions.
 *
 * @throws ConfigError for an authenticator that caches.
 * @example requireAll(requireScopes('orders:write'), confirmedBy(introspection))
 */
export function confirmedBy(authenticator: Authenticator<object>): Rule {
  checkAuthenticator(authenticator, 'confirmedBy');
  if (isCaching(authenticator)) {
    throw wrongOption(
      'confirmedBy',
      `"${authenticator.name}", which caches`,
      'an authenticator without a cache (for introspection: cache: false)',
    );
  }
  return makeRule(`confirmed by ${authenticator.name}`, { kind: 'confirmed', by: authenticator });
}

/**
 * Allows callers that meet all of these rules.
 *
 * @throws ConfigError for a rule that cannot be combined, such as publicMethod().
 * @example requireAll(requireScopes('orders:write'), requireClaim('team', 'billing'))
 */
export function requireAll(...rules: readonly [Rule, ...Rule[]]): Rule {
  const of = checkParts('requireAll', rules);
  return makeRule(`all of (${describe(rules)})`, { kind: 'all', of });
}

/**
 * Allows callers that meet at least one of these rules.
 *
 * @throws ConfigError as requireAll does, and for a rule that every verified caller meets, because then
 * the others would require nothing.
 * @example requireAny(requireScopes('admin'), requireClaim('team', 'billing'))
 */
export function requireAny(...rules: readonly [Rule, ...Rule[]]): Rule {
  const of = checkParts('requireAny', rules);
  const open = of.findIndex(requiresNothing);
  if (open !== -1) {
    throw wrongOption(
      `requireAny[${open}]`,
      rules[open]?.description ?? '',
      'a rule that not every verified caller meets. If every one may call, say authenticated() alone',
    );
  }
  return makeRule(`any of (${describe(rules)})`, { kind: 'any', of });
}

/** States that this rule weakens one of the .proto on purpose. */
export function override(rule: Rule): Rule {
  const node = ruleNode(rule, 'override');
  if (node.kind === 'override') return rule;
  return makeRule(`${rule.description} (override)`, { kind: 'override', rule: node });
}

const DAY_MS = 86_400_000;
const MAX_DRY_RUN_MS = 30 * DAY_MS;

/**
 * Evaluates the rule and reports what it would refuse (`would_refuse`), but allows every verified caller,
 * until the day `until` (YYYY-MM-DD) begins in UTC. From then on the rule applies.
 *
 * @throws ConfigError for a date that does not exist or is more than 30 days ahead, and for a rule that
 * is not about a verified caller, such as publicMethod() or denyAll().
 * @example dryRun(requireScopes('orders:read'), { until: '2026-12-01' })
 */
export function dryRun(rule: Rule, options: { readonly until: string }): Rule {
  const node = ruleNode(rule, 'dryRun');
  if (!isPart(node)) {
    throw wrongOption('dryRun', rule.description, 'a rule about scopes, claims or confirmation');
  }
  checkOptionNames('dryRun', options, ['until']);
  const { until } = options;
  const untilMs = /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(until) : Number.NaN;
  // Date.parse reads the 30th of February as the 2nd of March.
  const isDate = !Number.isNaN(untilMs) && new Date(untilMs).toISOString().startsWith(until);
  if (!isDate || typeof until !== 'string')
    throw wrongOption('until', describeValue(until), "a date such as '2026-12-01'");
  if (untilMs > Date.now() + MAX_DRY_RUN_MS) {
    throw wrongOption('until', until, 'a date at most 30 days ahead');
  }
  const description = `${rule.description} (dry run until ${until})`;
  return makeRule(description, { kind: 'dry_run', rule: node, untilMs });
}

function checkScopes(option: string, scopes: readonly string[]): readonly string[] {
  const checked = checkTexts(option, scopes);
  const spaced = checked.find((scope) => scope.includes(' '));
  if (spaced === undefined) return checked;
  throw wrongOption(option, describeValue(spaced), 'one scope per parameter, without a space');
}

/** Whether it can be part of another rule: it requires something of a verified caller. */
function isPart({ kind }: RuleNode): boolean {
  return ['scopes', 'any_scope', 'claim', 'confirmed', 'all', 'any'].includes(kind);
}

function requiresNothing(node: RuleNode): boolean {
  return node.kind === 'authenticated' || (node.kind === 'all' && node.of.every(requiresNothing));
}

function checkParts(option: string, rules: readonly Rule[]): readonly RuleNode[] {
  if (rules.length === 0) throw wrongOption(option, 'no rule', 'at least one');
  return rules.map((rule, index) => {
    const node = ruleNode(rule, `${option}[${index}]`);
    if (isPart(node) || node.kind === 'authenticated') return node;
    throw wrongOption(`${option}[${index}]`, rule.description, 'a rule that can be combined');
  });
}

function describe(rules: readonly Rule[]): string {
  return rules.map(({ description }) => description).join('; ');
}
