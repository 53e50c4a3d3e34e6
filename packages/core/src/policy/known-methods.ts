import type { CheckedPolicy } from './checked-policy.ts';
import { implies } from './implies.ts';
import { INFRASTRUCTURE } from './method-pattern.ts';
import { KnownNames, type PolicyProblems } from './policy-problems.ts';
import type { DefinedServices } from './proto-rules.ts';
import { ruleNode } from './rule.ts';
import { serviceOfPath } from './service-definition.ts';

/** Reports rules for methods that do not exist. `keys`: 'pkg.Service/Method' or 'pkg.Service/*'. */
export function checkNames(
  keys: readonly string[],
  known: ReadonlySet<string>,
  problems: PolicyProblems,
): void {
  const paths = new Set([...known, ...INFRASTRUCTURE]);
  const methods = new Map<string, string[]>();
  for (const path of paths) {
    const service = serviceOfPath(path);
    const names = methods.get(service) ?? [];
    names.push(path.slice(service.length + 2));
    methods.set(service, names);
  }
  const services = new KnownNames(methods.keys());
  const methodNames = new Map<string, KnownNames>();
  const namesOf = (service: string): KnownNames => {
    const names = methodNames.get(service) ?? new KnownNames(methods.get(service) ?? []);
    methodNames.set(service, names);
    return names;
  };
  for (const key of keys) {
    const path = key.startsWith('/') ? key : `/${key}`;
    const [service, name] = [serviceOfPath(path), path.slice(path.lastIndexOf('/') + 1)];
    const isService = methods.has(service);
    if (isService && (name === '*' || paths.has(path))) continue;
    // First the service, then a method of it: far fewer comparisons than with every method.
    const owner = isService ? service : problems.nearest(service, services);
    const near =
      owner === undefined || name === '*' ? name : problems.nearest(name, namesOf(owner));
    const meant = owner === undefined || near === undefined ? undefined : `${owner}/${near}`;
    problems.addUnknown(key, 'there is no such method', meant);
  }
}

/** Reports methods that no rule names: a forgotten one is reported at start-up, not by its callers. */
export function checkCovered(
  policy: CheckedPolicy,
  defined: DefinedServices,
  problems: PolicyProblems,
): void {
  for (const path of defined.paths) {
    if (policy.entryFor(path).source !== 'otherwise') continue;
    const mayHaveDefault = defined.hiddenDefaults.has(serviceOfPath(path));
    problems.add(
      path.slice(1),
      'no rule names this method, so it is denied. If that is intended, say denyAll()' +
        (mayHaveDefault ? '; if its service has a default_rule, pass a descriptorSet' : ''),
    );
  }
}

/** Reports rules in code that weaken one of the .proto, which its readers rely on. */
export function checkWeakened(
  policy: CheckedPolicy,
  defined: DefinedServices,
  problems: PolicyProblems,
): void {
  for (const path of defined.paths) {
    const written = defined.exact.get(path) ?? defined.byService.get(serviceOfPath(path));
    const { rule, key } = policy.entryFor(path);
    if (written === undefined || written === rule) continue;
    const node = ruleNode(rule, key);
    if (node.kind === 'override' || implies(node, ruleNode(written, path))) continue;
    problems.add(
      key,
      `the rule "${rule.description}" weakens "${written.description}" of the .proto ` +
        `for ${path.slice(1)}. If that is intended, say override(…)`,
    );
  }
}

/** Reports services whose default in the .proto would be lost while `otherwise` allows callers. */
export function checkHiddenDefaults(defined: DefinedServices, problems: PolicyProblems): void {
  for (const service of defined.hiddenDefaults) {
    problems.add(
      service,
      'expected a descriptor set with this service, received none: its .proto uses grpc_authn rules, ' +
        'and its definition does not show a default_rule, while `otherwise` allows callers. Pass ' +
        "`descriptorSet: readDescriptorSet(bytes)`, or `serviceDefaults: 'none'` if no service has one",
    );
  }
}
