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
      if (name === null) continue;
      const [, option = '', member] = name;
      if (option === METHOD_OPTION && member === '') {
        const rule = readProtoRule(value);
        if (typeof rule === 'string') problems.push(`${path}: the option (${option}) ${rule}`);
        else exact.set(path, rule);
      } else if (looksLikeOurs(option)) {
        problems.push(
          `${path}: there is no option ${key}; write option (${METHOD_OPTION}) = { … }`,
        );
      }
    }
  }
  // proto-loader does not show the options of a service: a descriptor set does.
  return { exact, byService: new Map(), problems };
}

/** A name of our package, or a relative name that may mean ours, or another's that shadows it. */
function looksLikeOurs(option: string): boolean {
  const ours = [METHOD_OPTION, SERVICE_OPTION];
  return (
    option.includes('grpc_authn') ||
    ours.some(
      (name) => name.endsWith(`.${option}`) || option.endsWith(`.${name.split('.').at(-1)}`),
    )
  );
}
