import type { DescribedService } from './described-service.ts';
import { describeValue } from '../errors/option-checks.ts';
import { KnownNames, PolicyProblems } from './policy-problems.ts';
import type { Rule } from './rule.ts';
import { publicMethod } from './rules.ts';
import {
  type AnyService,
  methodPaths,
  problemsOfService,
  type ServiceLike,
  serviceName,
} from './service-definition.ts';

/** The names that are written down: an index signature, as in proto-loader's types, is not one. */
type Named<S> = keyof {
  [K in keyof S as string extends K ? never : number extends K ? never : K]: 1;
};
type Methods<S> = S extends { readonly kind: 'service'; readonly method: infer M } ? M : S;
/** The names of a service's methods, as its definition has them. */
export type MethodName<S> = [Named<Methods<S>>] extends [never]
  ? keyof Methods<S>
  : Named<Methods<S>>;

/**
 * Binds rules to a service by its definition, so that a wrong method name does not compile. '*' means
 * all methods that are not named.
 *
 * @throws ConfigError with every name that is not a method of the service.
 * @example
 * definePolicy({ services: [Orders], rules: rulesFor(Orders, { List: requireScopes('orders:read') }) })
 */
export function rulesFor<S extends ServiceLike | DescribedService>(
  service: S,
  rules: { readonly [M in MethodName<S> | '*']?: Rule },
): Readonly<Record<string, Rule>> {
  const problems = new PolicyProblems('rulesFor');
  problems.addAll(problemsOfService(service, 'service'));
  if (typeof rules !== 'object' || rules === null) {
    problems.add('rules', `expected rules by method, received ${describeValue(rules)}`);
  }
  problems.check();
  const given = Object.entries<Rule | undefined>(rules).filter(([, rule]) => rule !== undefined);
  const bound = bindRules(service, Object.fromEntries(given), problems);
  problems.check();
  return Object.fromEntries(bound) as Readonly<Record<string, Rule>>;
}

/** A key such as 'package.Service/Method', and what should be a rule. */
export type BoundRule = readonly [key: string, rule: unknown];

/** Finds the keys of rules that are given by method name. */
export function bindRules(
  service: AnyService,
  rules: object,
  problems: PolicyProblems,
): readonly BoundRule[] {
  const paths = methodPaths(service);
  const owner = serviceName(service);
  const names = new KnownNames(paths.keys());
  const bound: BoundRule[] = [];
  for (const [name, rule] of Object.entries(rules)) {
    const path = name === '*' && owner !== undefined ? `/${owner}/*` : paths.get(name);
    if (path !== undefined) bound.push([path.slice(1), rule]);
    else {
      const key = owner === undefined ? name : `${owner}/${name}`;
      problems.addUnknown(key, 'there is no such method', problems.nearest(name, names));
    }
  }
  return bound;
}

/** Health checks (grpc.health.v1) are public: credentials are never looked at. */
export function healthChecks(): Readonly<Record<string, Rule>> {
  return { 'grpc.health.v1.Health/*': publicMethod() };
}

/**
 * Server reflection publishes the schema of every service to its callers.
 *
 * @example definePolicy([Orders.service, rules], reflection(requireScopes('admin')))
 */
export function reflection(rule: Rule): Readonly<Record<string, Rule>> {
  return {
    'grpc.reflection.v1.ServerReflection/*': rule,
    'grpc.reflection.v1alpha.ServerReflection/*': rule,
  };
}
