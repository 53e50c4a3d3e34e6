import {
  allowAnonymous,
  authenticated,
  type Authenticator,
  confirmedBy,
  ConfigError,
  denyAll,
  dryRun,
  override,
  publicMethod,
  requireAll,
  requireAny,
  requireAnyScope,
  requireClaim,
  requireScopes,
  type Rule,
  wrapAuthenticator,
} from '@grpc-authn/core/authenticator';
import {
  RULE_SCHEMA,
  RULE_WORDS,
  type RuleSpec,
  type RuleWord,
  type RuleParts,
} from '../schema/config-schema.ts';
import type { Path } from '../source/path.ts';
import type { AuthenticatorBuilder } from './authenticator-builder.ts';
import type { ClaimPaths } from './claim-paths.ts';
import type { PendingCount } from './pending-count.ts';
import { checkSchema, describeReceived, hintFor } from './check-schema.ts';
import type { Problems } from './problems.ts';

const WORDS: ReadonlyMap<string, () => Rule> = new Map<RuleWord, () => Rule>([
  ['public', publicMethod],
  ['anonymous', allowAnonymous],
  ['authenticated', authenticated],
  ['deny', denyAll],
]);

const EXPECTED = `${RULE_WORDS.join(', ')}, or conditions such as { scopes: [...] }`;

/** Builds a rule as a config writes it: a word, or conditions that must all hold. */
export class RuleBuilder {
  readonly #builder: AuthenticatorBuilder;
  readonly #problems: Problems;
  readonly #claimPaths: ClaimPaths;
  readonly #pending: PendingCount;

  constructor(
    builder: AuthenticatorBuilder,
    context: {
      readonly problems: Problems;
      readonly claimPaths: ClaimPaths;
      readonly pending: PendingCount;
    },
  ) {
    this.#builder = builder;
    this.#problems = context.problems;
    this.#claimPaths = context.claimPaths;
    this.#pending = context.pending;
  }

  /** Undefined where it is wrong; then the problems say why. */
  async build(spec: unknown, path: Path): Promise<Rule | undefined> {
    if (typeof spec === 'string') return this.#ofWord(spec, path);
    if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
      this.#problems.add(path, `expected ${EXPECTED}, received ${describeReceived(spec)}`);
      return undefined;
    }
    const checked = await checkSchema(RULE_SCHEMA, spec, path, this.#problems);
    if (checked === undefined) return undefined;
    const parts = await this.#partsOf(checked, path);
    if (parts === undefined) return undefined;
    try {
      return whole(checked, parts);
    } catch (error) {
      this.#problems.addError(path, error);
      return undefined;
    }
  }

  /** After a reload, it is closed only after its pending confirmations. */
  #counted(by: Authenticator<object>): Authenticator<object> {
    return wrapAuthenticator(by, { authenticate: (next) => this.#pending.track(next) });
  }

  #ofWord(word: string, path: Path): Rule | undefined {
    const rule = WORDS.get(word);
    if (rule !== undefined) return rule();
    this.#problems.add(
      path,
      () => `unknown rule${hintFor(word, [...WORDS.keys()], 'the rules are')}`,
    );
    return undefined;
  }

  async #partsOf(
    { anyOf, ...parts }: RuleParts & { readonly anyOf?: readonly RuleParts[] | undefined },
    path: Path,
  ): Promise<readonly Rule[] | undefined> {
    const before = this.#problems.count;
    const rules: Rule[] = [];
    const add = (part: string, make: () => Rule, index?: number): void => {
      try {
        rules.push(make());
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        // The problems' paths name a function of the code.
        const at = index === undefined ? [...path, part] : [...path, part, index];
        for (const { message } of error.problems) this.#problems.add(at, message);
      }
    };
    const { scopes, anyScope, claims = [], confirmedBy: name } = parts;
    if (scopes !== undefined) add('scopes', () => requireScopes(...(scopes as Texts)));
    if (anyScope !== undefined) add('anyScope', () => requireAnyScope(...(anyScope as Texts)));
    for (const [index, { claim, equals }] of claims.entries()) {
      add('claims', () => requireClaim(claim as string | Texts, equals), index);
      this.#claimPaths.check(claim, [...path, 'claims', index, 'claim']);
    }
    if (name !== undefined) {
      const by = await this.#builder.build(name, [...path, 'confirmedBy'], 'uncached');
      if (by !== undefined) add('confirmedBy', () => confirmedBy(this.#counted(by)));
    }
    const alternatives: Rule[] = [];
    for (const [index, alternative] of (anyOf ?? []).entries()) {
      const inner = await this.#partsOf(alternative, [...path, 'anyOf', index]);
      if (inner === undefined) continue;
      if (inner.length > 0) alternatives.push(together(inner));
      else this.#problems.add([...path, 'anyOf', index], 'expected at least one condition');
    }
    if (alternatives.length > 0) rules.push(requireAny(...(alternatives as Rules)));
    return this.#problems.count === before ? rules : undefined;
  }
}

type Texts = [string, ...string[]];
type Rules = [Rule, ...Rule[]];

function together(rules: readonly Rule[]): Rule {
  const [only] = rules;
  return only !== undefined && rules.length === 1 ? only : requireAll(...(rules as Rules));
}

/** @throws ConfigError */
function whole({ override: weakens, dryRunUntil }: RuleSpec, parts: readonly Rule[]): Rule {
  if (parts.length === 0) {
    throw new ConfigError(
      'expected at least one condition (scopes, anyScope, claims, confirmedBy, anyOf), or a word such as authenticated',
    );
  }
  let rule = together(parts);
  if (dryRunUntil !== undefined) rule = dryRun(rule, { until: dryRunUntil });
  return weakens === true ? override(rule) : rule;
}
