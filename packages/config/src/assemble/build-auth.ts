import {
  authenticated,
  type Authenticator,
  type AuthEvent,
  type Clock,
  ConfigError,
  definePolicy,
  type Policy,
  type Rule,
  type ServiceLike,
} from '@grpc-authn/core/authenticator';
import { allOf, leavesOf } from '@grpc-authn/core/internal';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AuthenticatorAdapter } from '../adapter/define-adapter.ts';
import { CONFIG_SCHEMA } from '../schema/config-schema.ts';
import type { ConfigSource } from '../source/config-source.ts';
import { PendingCount } from '../reload/pending-count.ts';
import { Adapters } from './adapters.ts';
import { AuthenticatorBuilder } from './authenticator-builder.ts';
import { checkSchema } from './check-schema.ts';
import { Problems } from './problems.ts';
import { RuleBuilder } from './rule-builder.ts';

export interface BuildOptions {
  readonly adapters: readonly AuthenticatorAdapter[];
  readonly services: readonly ServiceLike[] | undefined;
  readonly claims: StandardSchemaV1 | undefined;
  readonly clock: Clock | undefined;
  readonly report: (event: AuthEvent) => void;
}

/** What a config describes, made. */
export interface BuiltAuth {
  readonly root: Authenticator<object>;
  /** None: every method needs a verified caller. */
  readonly policy: Policy | undefined;
  /** Counts the authentications of this config: those of `root`, and the confirmations. */
  readonly pending: PendingCount;
  ready(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @throws ConfigError, with everything that is wrong; then nothing is left open. */
export async function buildAuth(source: ConfigSource, options: BuildOptions): Promise<BuiltAuth> {
  const problems = new Problems(source);
  const config = await checkSchema(CONFIG_SCHEMA, source.value, [], problems);
  const { authenticators = {}, authenticator, policy } = config ?? {};
  const adapters = new Adapters(options.adapters);
  const builder = new AuthenticatorBuilder(authenticators, { ...options, adapters, problems });
  const pending = new PendingCount();
  const leaves = (): readonly Authenticator<object>[] => [...leavesOf(builder.made)];
  const close = (): Promise<void> => allOf(leaves(), 'close', (leaf) => leaf.close?.());
  try {
    await builder.buildNamed();
    const root = config && (await builder.build(authenticator, ['authenticator']));
    const rules =
      policy && (await buildRules(policy.rules, new RuleBuilder(builder, problems, pending)));
    const made = policy && rules && definePolicyOf(policy.otherwise, rules, options, problems);
    problems.check();
    if (root === undefined) throw new TypeError('without a problem there is an authenticator');
    return {
      root,
      policy: made,
      pending,
      close,
      ready: (signal) => allOf(leaves(), 'ready', (leaf) => leaf.ready?.(signal)),
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

async function buildRules(
  specs: Readonly<Record<string, unknown>>,
  builder: RuleBuilder,
): Promise<Readonly<Record<string, Rule>>> {
  const rules: [string, Rule][] = [];
  for (const [method, spec] of Object.entries(specs)) {
    const rule = await builder.build(spec, ['policy', 'rules', method]);
    if (rule !== undefined) rules.push([method, rule]);
  }
  return Object.fromEntries(rules);
}

/** Puts each problem that definePolicy reports at its rule in the file. */
function definePolicyOf(
  otherwise: 'deny' | 'authenticated' | undefined,
  rules: Readonly<Record<string, Rule>>,
  { services }: BuildOptions,
  problems: Problems,
): Policy | undefined {
  try {
    return definePolicy({
      rules,
      ...(services === undefined ? undefined : { services }),
      ...(otherwise === 'authenticated' ? { otherwise: authenticated() } : undefined),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path, message } of error.problems) {
      if (Object.hasOwn(rules, path)) problems.add(['policy', 'rules', path], message);
      else if (path === 'otherwise') problems.add(['policy', path], message);
      else problems.add(['policy'], path === '' ? message : `${path}: ${message}`);
    }
    return undefined;
  }
}
