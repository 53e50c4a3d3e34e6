import {
  authenticated,
  ConfigError,
  type ConfigProblem,
  definePolicy,
  denyAll,
  type Policy,
  type PolicyOptions,
  type Rule,
} from '@grpc-authn/core';
import type { GrpcServices } from './grpc-services.ts';
import type { Handler } from './handlers.ts';

/** The options of definePolicy(), whose services are those of the gRPC transports. */
export type GrpcAuthModuleOptions = Partial<Omit<PolicyOptions, 'services'>>;

/** @throws ConfigError for a decorator that no call reaches, and as definePolicy() does. */
export function policyOf(
  options: GrpcAuthModuleOptions,
  transports: readonly GrpcServices[],
  handlers: readonly Handler[],
): Policy {
  const rules: Record<string, Rule> = { ...options.rules };
  const problems: ConfigProblem[] = [];
  const reached = new Set<Handler>();
  for (const { handlers: chosen } of transports) {
    for (const [path, handler] of chosen) {
      reached.add(handler);
      if (handler.rule === undefined) continue;
      const key = path.slice(1);
      if (options.rules?.[key] !== undefined) {
        problems.push({
          path: `rules.${key}`,
          message: `expected one rule for this method, received a second one at ${handler.name}`,
        });
      }
      // definePolicy() checks that it is one.
      rules[key] = handler.rule as Rule;
    }
  }
  for (const handler of handlers) {
    if (handler.rule === undefined || reached.has(handler)) continue;
    problems.push({ path: handler.name, message: UNREACHED });
  }
  if (problems.length > 0) throw new ConfigError(problems, { title: 'GrpcAuthModule' });
  return definePolicy(withDenials({ ...options, rules, services: servicesOf(transports) }));
}

const UNREACHED =
  'expected a handler of a method that a gRPC service has, received a rule that no call reaches. Compare ' +
  'the names in @GrpcMethod() with the .proto, use @GrpcStreamMethod() or @GrpcStreamCall() for a stream ' +
  'of requests, and protect other handlers in another way';

/** The services of all transports; one of several transports once. */
function servicesOf(transports: readonly GrpcServices[]): NonNullable<PolicyOptions['services']> {
  const byName = new Map(
    transports
      .flatMap(({ definitions }) => definitions)
      .map((service) => [Object.values(service)[0]?.path.split('/')[1] ?? service, service]),
  );
  return [...byName.values()];
}

/**
 * Where methods without a rule are denied, definePolicy() wants each of them named. Those are methods that no
 * handler serves, too.
 */
function withDenials(options: PolicyOptions): PolicyOptions {
  const { otherwise = denyAll(), descriptorSet, serviceDefaults } = options;
  if (otherwise !== denyAll()) return options;
  // Nothing is allowed by this policy, which only lists the methods without a rule.
  const listed = definePolicy({
    ...options,
    otherwise: authenticated(),
    ...(descriptorSet === undefined ? { serviceDefaults: serviceDefaults ?? 'none' } : {}),
  });
  const denied = listed
    .table()
    .filter(({ method, source }) => source === 'otherwise' && method !== '*')
    .map(({ method }) => [method, denyAll()]);
  return { ...options, rules: { ...options.rules, ...Object.fromEntries(denied) } };
}
