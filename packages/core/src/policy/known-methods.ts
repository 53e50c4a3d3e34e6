import { describeValue, nearestName, wrongOption } from '../errors/option-checks.ts';
import type { Policy } from './checked-policy.ts';
import { implies } from './implies.ts';
import { INFRASTRUCTURE } from './method-pattern.ts';
import { ruleNode, type Rule } from './rule.ts';
import type { ServiceLike } from './rules-for.ts';

/** Rules by path, and by service for its other methods. */
export interface Rules {
  readonly exact: ReadonlyMap<string, Rule>;
  readonly byService: ReadonlyMap<string, Rule>;
}

/** @throws ConfigError for what is no service definition: a client, a name, a method without a path. */
export function checkServices(services: unknown): void {
  const wanted = 'service definitions, as a grpc-js server takes them';
  if (!Array.isArray(services)) throw wrongOption('services', describeValue(services), wanted);
  for (const [index, service] of services.entries()) {
    const option = `services[${index}]`;
    if (typeof service !== 'object' || service === null) {
      throw wrongOption(option, describeValue(service), wanted);
    }
    for (const [name, method] of Object.entries(service as Readonly<Record<string, unknown>>)) {
      const path = (method as { readonly path?: unknown } | null | undefined)?.path;
      if (typeof path === 'string' && /^\/[^/]+\/[^/]+$/.test(path)) continue;
      throw wrongOption(`${option}.${name}.path`, describeValue(path), "'/package.Service/Method'");
    }
  }
}

/** The paths of all methods; undefined where nobody said which there are. */
export function knownMethods(
  services: readonly ServiceLike[] | undefined,
  described: readonly string[],
): ReadonlySet<string> | undefined {
  const defined = (services ?? []).flatMap((service) => Object.values(service));
  const paths = new Set([...defined.map(({ path }) => path), ...described]);
  // An empty list says no more than none.
  return paths.size === 0 ? undefined : paths;
}

export function checkNames(code: Rules, known: ReadonlySet<string>, problems: string[]): void {
  const methods = [...known, ...INFRASTRUCTURE];
  const services = new Set(methods.map((path) => path.slice(1, path.lastIndexOf('/'))));
  const candidates = [
    ...methods.map((path) => path.slice(1)),
    ...[...services].map((s) => `${s}/*`),
  ];
  const names = [
    ...[...code.exact.keys()]
      .filter((path) => !methods.includes(path))
      .map((path) => path.slice(1)),
    ...[...code.byService.keys()].filter((name) => !services.has(name)).map((name) => `${name}/*`),
  ];
  for (const name of names) {
    const near = nearestName(name, candidates);
    const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
    problems.push(`rule ${JSON.stringify(name)}: there is no such method${hint}`);
  }
}

/** A method that nobody thought of is better told at start-up than by its callers. */
export function checkCovered(
  policy: Policy,
  otherwise: Rule,
  known: ReadonlySet<string>,
  problems: string[],
): void {
  if (ruleNode(otherwise, 'otherwise').kind !== 'deny') return;
  const named = policy.table().filter(({ source }) => source !== 'otherwise');
  const rows = new Set(named.map(({ method }) => method));
  for (const path of known) {
    const method = path.slice(1);
    const wildcard = method.replace(/\/[^/]*$/, '/*');
    if (rows.has(method) || rows.has(wildcard)) continue;
    problems.push(`${path}: no rule names it, so it is denied; say denyAll() where that is meant`);
  }
}

/** What the .proto asks for is what its readers rely on. */
export function checkWeakened(
  policy: Policy,
  proto: Rules,
  known: ReadonlySet<string>,
  problems: string[],
): void {
  for (const path of known) {
    const service = path.slice(1, path.lastIndexOf('/'));
    const written = proto.exact.get(path) ?? proto.byService.get(service);
    const effective = policy.ruleFor(path);
    if (written === undefined || written === effective) continue;
    const node = ruleNode(effective, path);
    if (node.kind === 'override' || implies(node, ruleNode(written, path))) continue;
    problems.push(
      `${path}: the rule "${effective.description}" weakens "${written.description}" of the .proto; ` +
        'say override(…) where that is meant',
    );
  }
}
