import { ConfigError } from '../errors/config-error.ts';
import { describeValue, nearestName } from '../errors/option-checks.ts';
import type { Rule } from './rule.ts';
import { publicMethod } from './rules.ts';

/** What a service definition of grpc-js has of each method. */
export interface ServiceLike {
  readonly [method: string]: { readonly path: string };
}

/** The names that are written down: an index signature, as proto-loader's types have one, is none. */
type Named<S> = keyof {
  [K in keyof S as string extends K ? never : number extends K ? never : K]: 1;
};
export type MethodName<S> = [Named<S>] extends [never] ? keyof S : Named<S>;

/**
 * Binds rules to a service by its definition, so that a wrong method name does not compile; '*' is all
 * methods that are not named.
 *
 * @throws ConfigError where the types cannot see it: for a name that is no method of the service.
 * @example
 * definePolicy({ services: [Orders], rules: rulesFor(Orders, { List: requireScopes('orders:read') }) })
 */
export function rulesFor<S extends ServiceLike>(
  service: S,
  rules: { readonly [M in MethodName<S> | '*']?: Rule },
): Readonly<Record<string, Rule>> {
  if (typeof service !== 'object' || service === null) {
    throw new ConfigError(`rulesFor: came ${describeValue(service)}; wanted a service definition`);
  }
  if (typeof rules !== 'object' || rules === null) {
    throw new ConfigError(`rulesFor: came ${describeValue(rules)}; wanted rules by method`);
  }
  const bound: Record<string, Rule> = {};
  for (const [name, rule] of Object.entries<Rule | undefined>(rules)) {
    if (rule === undefined) continue;
    bound[name === '*' ? wildcardOf(service) : pathOfMethod(service, name)] = rule;
  }
  return bound;
}

/** Health checks and reflection, for everybody: credentials are never looked at. */
export function healthAndReflection(): Readonly<Record<string, Rule>> {
  return {
    'grpc.health.v1.Health/*': publicMethod(),
    'grpc.reflection.v1.ServerReflection/*': publicMethod(),
    'grpc.reflection.v1alpha.ServerReflection/*': publicMethod(),
  };
}

function pathOfMethod(service: ServiceLike, name: string): string {
  const method = Object.hasOwn(service, name) ? service[name] : undefined;
  if (typeof method?.path === 'string') return method.path.replace(/^\//, '');
  const near = nearestName(name, Object.keys(service));
  throw new ConfigError(
    `rulesFor: the service has no method ${JSON.stringify(name)}` +
      (near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`),
  );
}

function wildcardOf(service: ServiceLike): string {
  const [first] = Object.values(service);
  if (typeof first?.path !== 'string') {
    throw new ConfigError(`rulesFor: came ${describeValue(service)}; wanted a service definition`);
  }
  return first.path.replace(/^\//, '').replace(/\/[^/]*$/, '/*');
}
