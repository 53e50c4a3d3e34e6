import { nearestName } from '../errors/option-checks.ts';
import { METHOD_OPTION, readProtoRule, SERVICE_OPTION } from './proto-rule.ts';
import type { Rule } from './rule.ts';
import type { ServiceLike } from './rules-for.ts';

/** Rules that were written in a .proto, by path, and what is wrong there. */
export interface ProtoRules {
  readonly exact: ReadonlyMap<string, Rule>;
  readonly byService: ReadonlyMap<string, Rule>;
  readonly problems: readonly string[];
}

/**
 * Reads `(grpc_authn.v1.rule)` from the definitions that proto-loader makes. It takes an option of any
 * name and shape, so whatever looks like ours and is not is a problem: a misspelt rule is none.
 */
export function rulesOfDefinitions(services: readonly ServiceLike[]): ProtoRules {
  const exact = new Map<string, Rule>();
  const problems: string[] = [];
  for (const method of services.flatMap((service) => Object.values(service))) {
    const { path, options } = method as { readonly path: string; readonly options?: object };
    for (const [key, value] of Object.entries(options ?? {})) {
      const name = /^\(\.?([^)]*)\)(.*)$/.exec(key);
      if (name === null) {
        if (WITHOUT_PARENTHESES.has(key)) problems.push(misspelt(path, key));
        continue;
      }
      const [, option = '', member] = name;
      if (option === METHOD_OPTION && member === '') {
        const rule = readProtoRule(value);
        if (typeof rule === 'string') problems.push(`${path}: the option (${option}) ${rule}`);
        else if (exact.has(path))
          problems.push(`${path}: the option (${option}) stands there twice`);
        else exact.set(path, rule);
      } else if (looksLikeOurs(option)) {
        problems.push(misspelt(path, key));
      }
    }
  }
  // proto-loader does not show the options of a service: a descriptor set does.
  return { exact, byService: new Map(), problems };
}

/** What becomes of our option's name where its parentheses were forgotten. */
const WITHOUT_PARENTHESES: ReadonlySet<string> = new Set(['grpc_authn', 'rule', 'rules']);

function misspelt(path: string, key: string): string {
  return `${path}: there is no option ${key}; write option (${METHOD_OPTION}) = { … }`;
}

/** A name of our package, or a relative name that may mean ours, or another's that shadows it. */
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
