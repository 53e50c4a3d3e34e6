import type { DescribedService } from './described-service.ts';
import { describeValue } from '../errors/option-checks.ts';
import { rulesOfDescriptors } from './described-rules.ts';
import { servicesOfSet } from './descriptor-set.ts';
import { mayHideDefault, rulesOfDefinition } from './loader-rules.ts';
import type { PolicyProblems } from './policy-problems.ts';
import type { ProtoRules } from './proto-rule.ts';
import type { Rule } from './rule.ts';
import {
  type AnyService,
  isDescService,
  methodPaths,
  serviceName,
  serviceOfPath,
} from './service-definition.ts';

/** What the .proto files of a policy's services define. */
export interface DefinedServices extends ProtoRules {
  /** The paths of all methods. */
  readonly paths: ReadonlySet<string>;
  /** Services that may have a default_rule, which nothing shows. */
  readonly hiddenDefaults: ReadonlySet<string>;
}

/** Reads the rules of .proto files from service definitions, and from the descriptor set if there is one. */
export function readProtoRules(
  services: readonly AnyService[],
  descriptorSet: unknown,
  problems: PolicyProblems,
): DefinedServices {
  const inSet = readDescriptorSet(descriptorSet, problems);
  const defined = rulesOfServices(services, problems);
  const setRules = rulesOfDescriptors(inSet, problems);
  const described = new Set(inSet.map(({ typeName }) => typeName));
  compare(defined.exact, setRules.exact, (path) => described.has(serviceOfPath(path)), problems);
  compare(defined.byService, setRules.byService, (name) => described.has(name), problems);
  return {
    exact: new Map([...defined.exact, ...setRules.exact]),
    byService: new Map([...defined.byService, ...setRules.byService]),
    paths: new Set([...services, ...inSet].flatMap((each) => [...methodPaths(each).values()])),
    hiddenDefaults: new Set([...defined.hiddenDefaults].filter((name) => !described.has(name))),
  };
}

function readDescriptorSet(given: unknown, problems: PolicyProblems): readonly DescribedService[] {
  const services = given === undefined ? [] : servicesOfSet(given);
  if (services !== undefined) return services;
  const received = describeValue(given);
  problems.add(
    'descriptorSet',
    `expected the result of readDescriptorSet() (@grpc-authn/core/descriptor-set), received ${received}`,
  );
  return [];
}

function rulesOfServices(
  services: readonly AnyService[],
  problems: PolicyProblems,
): ProtoRules & { readonly hiddenDefaults: ReadonlySet<string> } {
  const described = services.filter(isDescService);
  const { exact, byService } = rulesOfDescriptors(described, problems);
  const all = new Map<string, Rule>(exact);
  const hiddenDefaults = new Set<string>();
  const loads = new Map<readonly Uint8Array[], boolean>();
  for (const service of services) {
    if (isDescService(service)) continue;
    const rules = rulesOfDefinition(service, problems);
    for (const [path, rule] of rules) all.set(path, rule);
    const name = serviceName(service);
    if (name !== undefined && mayHideDefault(service, rules, loads)) hiddenDefaults.add(name);
  }
  for (const { typeName } of described) hiddenDefaults.delete(typeName);
  return { exact: all, byService, hiddenDefaults };
}

/** A stale descriptor set would silently replace a rule of the .proto that the server runs. */
function compare(
  defined: ReadonlyMap<string, Rule>,
  inSet: ReadonlyMap<string, Rule>,
  isDescribed: (key: string) => boolean,
  problems: PolicyProblems,
): void {
  for (const [key, { description }] of defined) {
    if (!isDescribed(key)) continue;
    const other = inSet.get(key)?.description ?? 'none';
    if (other === description) continue;
    problems.add(
      key.replace(/^\//, ''),
      `the definition says "${description}", the descriptor set "${other}"`,
    );
  }
}
