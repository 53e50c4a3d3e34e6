import {
  allowAnonymous,
  authenticated,
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
  type Authenticator,
  wrapAuthenticator,
} from '@grpc-authn/core/authenticator';
import { describeSecret, nearestName } from '@grpc-authn/core/internal';
import {
  RULE_SCHEMA,
  RULE_WORDS,
  type RuleSpec,
  type RuleWord,
  type RuleParts,
} from '../schema/config-schema.ts';
import type { PendingCount } from '../reload/pending-count.ts';
import type { Path } from '../source/path.ts';
import type { AuthenticatorBuilder } from './authenticator-builder.ts';
import { checkSchema } from './check-schema.ts';
import type { Problems } from './problems.ts';

const WORDS: ReadonlyMap<string, () => Rule> = new Map<RuleWord, () => Rule>([
  ['public', publicMethod],
  ['anonymous', allowAnonymous],
  ['authenticated', authenticated],
  ['deny', denyAll],
]);

const WANTED = `wanted ${RULE_WORDS.join(', ')}, or { scopes: [...] }`;

/** Rules as the config writes them: a word, or conditions that must all hold. */
export class RuleBuilder {
  readonly #builder: AuthenticatorBuilder;
  readonly #problems: Problems;
  readonly #pending: PendingCount;

  constructor(builder: AuthenticatorBuilder, problems: Problems, pending: PendingCount) {
    this.#builder = builder;
    this.#problems = problems;
    this.#pending = pending;
  }

  /** A reload closes it only after its confirmations have ended. */
  #counted(by: Authenticator<object>): Authenticator<object> {
    return wrapAuthenticator(by, { authenticate: (next) => this.#pending.track(next) });
  }

  /** Undefined where it does not check; then the problems say why. */
  async build(spec: unknown, path: Path): Promise<Rule | undefined> {
    if (typeof spec === 'string') return this.#ofWord(spec, path);
    if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
      this.#problems.add(path, `came ${describeSecret(spec)}; ${WANTED}`);
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

  #ofWord(word: string, path: Path): Rule | undefined {
    const rule = WORDS.get(word);
    if (rule !== undefined) return rule();
    const near = nearestName(word, WORDS.keys());
    const hint = near === undefined ? WANTED : `did you mean "${near}"?`;
    this.#problems.add(path, `there is no such rule; ${hint}`);
    return undefined;
  }

  async #partsOf(
    { anyOf, ...parts }: RuleParts & { readonly anyOf?: readonly RuleParts[] | undefined },
    path: Path,
  ): Promise<readonly Rule[] | undefined> {
    const before = this.#problems.count;
    const rules: Rule[] = [];
    const add = (part: string, make: () => Rule): void => {
      try {
        rules.push(make());
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        this.#problems.add([...path, part], error.message);
      }
    };
    const { scopes, anyScope, claims = [], confirmedBy: name } = parts;
    if (scopes !== undefined) add('scopes', () => requireScopes(...(scopes as Texts)));
    if (anyScope !== undefined) add('anyScope', () => requireAnyScope(...(anyScope as Texts)));
    for (const { claim, equals } of claims) {
      add('claims', () => requireClaim(claim as string | Texts, equals));
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
      else this.#problems.add([...path, 'anyOf', index], 'nothing is asked for here');
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
      'nothing is asked for; wanted scopes, claims, confirmedBy or a word such as authenticated',
    );
  }
  let rule = together(parts);
  if (dryRunUntil !== undefined) rule = dryRun(rule, { until: dryRunUntil });
  return weakens === true ? override(rule) : rule;
}
