import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Those that an authenticator with public keys accepts by default. */
const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const WITH_PUBLIC_KEYS = new Set(['oidc', 'jwks']);

/** The algorithms that the file accepts, by the name of the authenticator; none for other kinds of it. */
export function acceptedAlgorithms(path: string): ReadonlyMap<string, readonly string[]> {
  const accepted = new Map<string, readonly string[]>();
  const { authenticators, authenticator } = parse(readFileSync(path, 'utf8')) as {
    readonly authenticators?: Readonly<Record<string, unknown>>;
    readonly authenticator?: unknown;
  };
  for (const [name, spec] of Object.entries(authenticators ?? {})) visit(spec, name, accepted);
  visit(authenticator, undefined, accepted);
  return accepted;
}

/** Authenticators may be inside others, as values of `of`, `each` and `issuers`. */
function visit(
  spec: unknown,
  name: string | undefined,
  accepted: Map<string, readonly string[]>,
): void {
  if (typeof spec !== 'object' || spec === null) return;
  const { use, name: ownName, algorithms, each } = spec as Readonly<Record<string, unknown>>;
  if (typeof use !== 'string') return visitChildren(spec, accepted);
  const key = typeof ownName === 'string' ? ownName : (name ?? use);
  // Each tenant's authenticator has the name of the one around it.
  if (use === 'byTrustedIssuer') return visit(each, key, accepted);
  if (WITH_PUBLIC_KEYS.has(use)) {
    accepted.set(key, Array.isArray(algorithms) ? (algorithms as string[]) : DEFAULT_ALGORITHMS);
    return;
  }
  visitChildren(spec, accepted);
}

function visitChildren(spec: object, accepted: Map<string, readonly string[]>): void {
  for (const child of Object.values(spec)) visit(child, undefined, accepted);
}
