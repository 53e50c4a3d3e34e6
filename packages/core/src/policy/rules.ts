import type { Authenticator } from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { isCaching } from '../contract/composition.ts';
import type { JsonValue } from '../contract/json.ts';
import { ConfigError } from '../errors/config-error.ts';
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

/** Credentials are never looked at: for health checks and reflection. No principal can be asked for. */
export function publicMethod(): Rule {
  return PUBLIC;
}

/** A caller without credentials passes, without a principal; credentials that are sent must verify. */
export function allowAnonymous(): Rule {
  return ANONYMOUS;
}

/** Any verified caller. */
export function authenticated(): Rule {
  return AUTHENTICATED;
}

/** PERMISSION_DENIED (reason `denied`), without asking the authenticator. */
export function denyAll(): Rule {
  return DENIED;
}

/**
 * A verified caller who has all of these scopes; else `permission_denied` (reason `scope`).
 *
 * @throws ConfigError for an empty scope, or one with a space: no token can have it.
 * @example requireScopes('orders:read')
 */
export function requireScopes(first: string, ...others: readonly string[]): Rule {
  const all = checkScopes('requireScopes', [first, ...others]);
  return makeRule(`scopes ${all.join(' and ')}`, { kind: 'scopes', all });
}

/** A verified caller who has at least one of these scopes. @throws ConfigError as requireScopes does. */
export function requireAnyScope(first: string, ...others: readonly string[]): Rule {
  const any = checkScopes('requireAnyScope', [first, ...others]);
  return makeRule(`scope ${any.join(' or ')}`, { kind: 'any_scope', any });
}

/**
 * A verified caller whose claim is as wanted; else `permission_denied` (reason `claim`). Text names one
 * claim, to the letter ('https://example.com/roles'); a list is a path into nested objects. A claim
 * that is a list fits where one of its members does. A predicate passes on `true` alone.
 *
 * @throws ConfigError where nothing is wanted.
 * @example requireClaim(['realm_access', 'roles'], 'admin')
 */
export function requireClaim(
  claim: string | readonly [string, ...string[]],
  wanted: JsonValue | ClaimPredicate,
): Rule {
  const path = checkTexts('requireClaim', claim);
  if (wanted === undefined) {
    throw wrongOption(`requireClaim(${path.join('.')})`, 'undefined', 'a value or a predicate');
  }
  const shown =
    typeof wanted === 'function' ? 'as a predicate wants' : `= ${JSON.stringify(wanted)}`;
  const kept = typeof wanted === 'function' ? wanted : structuredClone(wanted);
  return makeRule(`claim ${path.join('.')} ${shown}`, { kind: 'claim', path, wanted: kept });
}

/**
 * A verified caller whom this authenticator confirms, on every call and after every cache: subject,
 * issuer and client must agree; else `permission_denied` (reason `unconfirmed`). For what must not be
 * stale: money moves, deletions.
 *
 * @throws ConfigError for an authenticator that keeps verdicts.
 * @example requireAll(requireScopes('orders:write'), confirmedBy(introspection))
 */
export function confirmedBy(authenticator: Authenticator<object>): Rule {
  checkAuthenticator(authenticator, 'confirmedBy');
  if (isCaching(authenticator)) {
    throw new ConfigError(
      `confirmedBy: "${authenticator.name}" keeps verdicts, and a second opinion must be asked for; ` +
        'wanted one without a cache (cache: false for introspection)',
    );
  }
  return makeRule(`confirmed by ${authenticator.name}`, { kind: 'confirmed', by: authenticator });
}

/** All of these rules. @throws ConfigError for a rule that stands alone, such as publicMethod(). */
export function requireAll(...rules: readonly [Rule, ...Rule[]]): Rule {
  const of = checkParts('requireAll', rules);
  return makeRule(`all of (${describe(rules)})`, { kind: 'all', of });
}

/**
 * At least one of these rules.
 *
 * @throws ConfigError as requireAll does, and for one that every verified caller passes: the others
 * would ask for nothing.
 */
export function requireAny(...rules: readonly [Rule, ...Rule[]]): Rule {
  const of = checkParts('requireAny', rules);
  const open = of.findIndex(asksForNothing);
  if (open !== -1) {
    throw wrongOption(
      `requireAny[${open}]`,
      rules[open]?.description ?? '',
      'a rule that not every verified caller passes; say authenticated() alone where that is meant',
    );
  }
  return makeRule(`any of (${describe(rules)})`, { kind: 'any', of });
}

/** Says that this rule weakens one of the .proto on purpose. */
export function override(rule: Rule): Rule {
  const node = ruleNode(rule, 'override');
  if (node.kind === 'override') return rule;
  return makeRule(`${rule.description} (override)`, { kind: 'override', rule: node });
}

const DAY_MS = 86_400_000;
const LONGEST_DRY_RUN_MS = 30 * DAY_MS;

/**
 * Decides and reports (`would_refuse`), but lets a verified caller through, until the day `until`
 * begins in UTC; from then on the rule counts.
 *
 * @throws ConfigError for a date that is none or is more than 30 days ahead, and for a rule that a dry
 * run would switch authentication off for.
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
  // Date.parse takes the 30th of February for the 2nd of March.
  const isDate = !Number.isNaN(untilMs) && new Date(untilMs).toISOString().startsWith(until);
  if (!isDate || typeof until !== 'string')
    throw wrongOption('until', describeValue(until), "a date, '2026-12-01'");
  if (untilMs > Date.now() + LONGEST_DRY_RUN_MS) {
    throw wrongOption('until', until, 'a date 30 days ahead at most');
  }
  const description = `${rule.description} (dry run until ${until})`;
  return makeRule(description, { kind: 'dry_run', rule: node, untilMs });
}

function checkScopes(option: string, scopes: readonly string[]): readonly string[] {
  const checked = checkTexts(option, scopes);
  const spaced = checked.find((scope) => scope.includes(' '));
  if (spaced === undefined) return checked;
  throw wrongOption(option, describeValue(spaced), 'one scope a parameter: a space separates two');
}

/** What may stand inside another rule: whatever only asks more of a verified caller. */
function isPart({ kind }: RuleNode): boolean {
  return ['scopes', 'any_scope', 'claim', 'confirmed', 'all', 'any'].includes(kind);
}

function asksForNothing(node: RuleNode): boolean {
  return node.kind === 'authenticated' || (node.kind === 'all' && node.of.every(asksForNothing));
}

function checkParts(option: string, rules: readonly Rule[]): readonly RuleNode[] {
  if (rules.length === 0) throw wrongOption(option, 'no rule', 'at least one');
  return rules.map((rule, index) => {
    const node = ruleNode(rule, `${option}[${index}]`);
    if (isPart(node) || node.kind === 'authenticated') return node;
    throw wrongOption(`${option}[${index}]`, rule.description, 'a rule that does not stand alone');
  });
}

function describe(rules: readonly Rule[]): string {
  return rules.map(({ description }) => description).join('; ');
}
