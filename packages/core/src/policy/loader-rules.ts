import { nearestName } from '../errors/option-checks.ts';
import type { PolicyProblems } from './policy-problems.ts';
import { METHOD_OPTION, readProtoRule, SERVICE_OPTION } from './proto-rule.ts';
import type { Rule } from './rule.ts';
import type { ServiceLike } from './service-definition.ts';

/** A method as proto-loader defines it; other generators leave the optional members out. */
export interface LoadedMethod {
  readonly path: string;
  readonly options?: object;
  readonly requestType?: LoadedType;
  readonly responseType?: LoadedType;
}
interface LoadedType {
  readonly fileDescriptorProtos?: readonly Uint8Array[];
}

/**
 * Reads `(grpc_authn.v1.rule)` from the definitions that proto-loader makes. It accepts an option of any
 * name and shape, so whatever resembles ours is a problem: a misspelt rule would open a method.
 */
export function rulesOfDefinition(
  service: ServiceLike,
  problems: PolicyProblems,
): ReadonlyMap<string, Rule> {
  const exact = new Map<string, Rule>();
  for (const { path, options } of Object.values(service) as readonly LoadedMethod[]) {
    for (const [key, value] of Object.entries(options ?? {})) {
      const method = path.slice(1);
      const name = /^\(\.?([^)]*)\)(.*)$/.exec(key);
      if (name === null) {
        if (WITHOUT_PARENTHESES.has(key)) problems.add(method, misspelt(key));
        continue;
      }
      const [, option = '', member] = name;
      if (option === METHOD_OPTION && member === '') {
        const rule = readProtoRule(value);
        if (typeof rule === 'string') problems.add(method, `the option (${option}) ${rule}`);
        else if (exact.has(path)) problems.add(method, `the option (${option}) is set twice`);
        else exact.set(path, rule);
      } else if (looksLikeOurs(option)) {
        problems.add(method, misspelt(key));
      }
    }
  }
  return exact;
}

/** What our option's name becomes without its parentheses. */
const WITHOUT_PARENTHESES: ReadonlySet<string> = new Set(['grpc_authn', 'rule', 'rules']);

function misspelt(key: string): string {
  return `there is no option ${key}; write option (${METHOD_OPTION}) = { … }`;
}

/** A name of our package, a relative name that may mean ours, or another's that shadows it. */
function looksLikeOurs(option: string): boolean {
  const ours = [METHOD_OPTION, SERVICE_OPTION];
  return (
    option.includes('grpc_authn') ||
    option === 'rules' ||
    nearestName(option, ours) !== undefined ||
    ours.some(
      (name) => name.endsWith(`.${option}`) || option.endsWith(`.${name.split('.').at(-1)}`),
    )
  );
}

/**
 * Whether a service may have a `default_rule` that its definition does not show: a method of it has a
 * rule, or it was loaded together with grpc_authn/v1/rule.proto. proto-loader drops the options of
 * services and the imports of files, but every definition carries the descriptors of the whole load.
 */
export function mayHideDefault(
  service: ServiceLike,
  rules: ReadonlyMap<string, Rule>,
  seen: Map<readonly Uint8Array[], boolean>,
): boolean {
  if (rules.size > 0) return true;
  const methods = Object.values(service) as readonly LoadedMethod[];
  return methods
    .flatMap(({ requestType, responseType }) => [requestType, responseType])
    .some((type) => {
      const files = type?.fileDescriptorProtos;
      if (!Array.isArray(files)) return false;
      const known = seen.get(files);
      if (known !== undefined) return known;
      const found = files.some((file) => Buffer.from(file).includes('grpc_authn'));
      seen.set(files, found);
      return found;
    });
}
