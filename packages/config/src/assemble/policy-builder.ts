import {
  authenticated,
  ConfigError,
  definePolicy,
  denyAll,
  type DescriptorSet,
  type Policy,
  type PolicyOptions,
  publicMethod,
  type Rule,
} from '@grpc-authn/core/authenticator';
import type { ConfigSpec } from '../schema/config-schema.ts';
import type { ConfigSource } from '../source/config-source.ts';
import type { Problems } from './problems.ts';
import type { RuleBuilder } from './rule-builder.ts';

export interface PolicyContext {
  readonly source: ConfigSource;
  readonly services: PolicyOptions['services'];
  /** The descriptor set that was passed to loadAuth(). */
  readonly descriptorSet: DescriptorSet | undefined;
  readonly problems: Problems;
}

type PolicySpec = NonNullable<ConfigSpec['policy']>;

const HEALTH = 'grpc.health.v1.Health/';
const HEALTH_RULES = { public: publicMethod, authenticated, deny: denyAll };

/**
 * The policy of a config; undefined where there is none, or where it is wrong: then the problems say why.
 * Without one, every method requires authentication, and the rules of the .proto still apply.
 */
export async function buildPolicy(
  spec: PolicySpec | undefined,
  rules: RuleBuilder,
  context: PolicyContext,
): Promise<Policy | undefined> {
  const { services = [], descriptorSet } = context;
  if (spec !== undefined) return define(spec, await buildRules(spec, rules), context);
  if (services.length === 0 && descriptorSet === undefined) return undefined;
  return define({ otherwise: 'authenticated', rules: {} }, {}, context);
}

async function buildRules(
  { rules: specs, healthChecks }: PolicySpec,
  builder: RuleBuilder,
): Promise<Readonly<Record<string, Rule>>> {
  const rules: [string, Rule][] = [];
  for (const [method, spec] of Object.entries(specs)) {
    const rule = await builder.build(spec, ['policy', 'rules', method]);
    // A wrong rule is reported already. denyAll() avoids a second report that its method has no rule.
    rules.push([method, rule ?? denyAll()]);
  }
  const isNamed = Object.keys(specs).some((method) => method.replace(/^\//, '').startsWith(HEALTH));
  // The default applies only if no rule names a health check: it must not replace such a rule.
  if (healthChecks !== undefined || !isNamed) {
    rules.unshift([`${HEALTH}*`, HEALTH_RULES[healthChecks ?? 'public']()]);
  }
  return Object.fromEntries(rules);
}

async function define(
  { otherwise, serviceDefaults }: PolicySpec,
  rules: Readonly<Record<string, Rule>>,
  context: PolicyContext,
): Promise<Policy | undefined> {
  const { services, problems } = context;
  const descriptorSet = await readDescriptors(context);
  try {
    return definePolicy({
      rules,
      ...(services === undefined ? undefined : { services }),
      ...(descriptorSet === undefined ? undefined : { descriptorSet }),
      ...(serviceDefaults === undefined ? undefined : { serviceDefaults }),
      ...(otherwise === 'authenticated' ? { otherwise: authenticated() } : undefined),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path, message } of error.problems) {
      if (Object.hasOwn(rules, path)) problems.add(['policy', 'rules', path], message);
      else if (OPTIONS.has(path)) problems.add(['policy', path], message);
      else problems.add(['policy'], path === '' ? message : `${path}: ${message}`);
    }
    return undefined;
  }
}

/** The options of definePolicy that have the same name in a file. */
const OPTIONS: ReadonlySet<string> = new Set(['otherwise', 'serviceDefaults', 'descriptorSet']);

/** Protobuf reflection is only loaded where a file names a descriptor set. */
async function readDescriptors({
  source,
  descriptorSet,
  problems,
}: PolicyContext): Promise<DescriptorSet | undefined> {
  if (source.descriptorSet === undefined) return descriptorSet;
  const path = ['policy', 'descriptorSet'];
  if (descriptorSet !== undefined) {
    problems.add(path, 'expected it here or in loadAuth({ descriptorSet }), received both');
    return undefined;
  }
  try {
    const { readDescriptorSet } = await import('@grpc-authn/core/descriptor-set');
    return readDescriptorSet(source.descriptorSet);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { message } of error.problems) problems.add(path, message);
    return undefined;
  }
}
