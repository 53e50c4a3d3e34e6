import type { Authenticator } from './authenticator.ts';

/** Where a composition or a wrapper names the authenticators inside it. */
export const CHILDREN: unique symbol = Symbol.for('@grpc-authn/children') as never;
/** Where an authenticator that knows its issuers says that it takes opaque tokens too. */
export const TAKES_OPAQUE: unique symbol = Symbol.for('@grpc-authn/takes-opaque') as never;
/** Where an authenticator says that it keeps verdicts. */
export const KEEPS_VERDICTS: unique symbol = Symbol.for('@grpc-authn/keeps-verdicts') as never;

/** Where an authenticator says that it takes tokens made for anybody, so that scopes must decide. */
const NEEDS_SCOPE_RULES: unique symbol = Symbol.for('@grpc-authn/needs-scope-rules') as never;

interface Traits {
  readonly [CHILDREN]?: readonly Authenticator<object>[];
  readonly [TAKES_OPAQUE]?: boolean;
  readonly [KEEPS_VERDICTS]?: boolean;
  readonly [NEEDS_SCOPE_RULES]?: boolean;
}

/** For an adapter that knows its issuers, and takes opaque tokens or tokens of any audience too. */
export function declareTraits(
  authenticator: Authenticator<object>,
  traits: { readonly takesOpaque: boolean; readonly needsScopeRules: boolean },
): void {
  Object.defineProperty(authenticator, TAKES_OPAQUE, { value: traits.takesOpaque });
  Object.defineProperty(authenticator, NEEDS_SCOPE_RULES, { value: traits.needsScopeRules });
}

/** For one whose children change while it lasts. */
export function declareChildren(
  authenticator: Authenticator<object>,
  children: () => readonly Authenticator<object>[],
): void {
  Object.defineProperty(authenticator, CHILDREN, { get: children });
}

/** The children of a composition of ours; none for anything else. */
export function childrenOf(authenticator: Authenticator<object>): readonly Authenticator<object>[] {
  return (authenticator as Traits)[CHILDREN] ?? [];
}

/** The authenticators that verify: those inside of compositions and wrappers, each once. */
export function leavesOf(
  authenticators: readonly Authenticator<object>[],
): ReadonlySet<Authenticator<object>> {
  const leaves = new Set<Authenticator<object>>();
  for (const authenticator of authenticators) {
    const children = childrenOf(authenticator);
    if (children.length === 0) leaves.add(authenticator);
    for (const leaf of leavesOf(children)) leaves.add(leaf);
  }
  return leaves;
}

/** True where `name` is the authenticator's own or that of one inside it. */
export function hasAuthenticatorNamed(authenticator: Authenticator<object>, name: string): boolean {
  return (
    authenticator.name === name ||
    childrenOf(authenticator).some((child) => hasAuthenticatorNamed(child, name))
  );
}

/** True where `wanted` is `root` itself or inside it: the same object, not only the same name. */
export function contains(root: Authenticator<object>, wanted: Authenticator<object>): boolean {
  return root === wanted || childrenOf(root).some((child) => contains(child, wanted));
}

/** True where it, or one inside it, keeps verdicts: two caches in a row would add their ages. */
export function keepsVerdicts(authenticator: Authenticator<object>): boolean {
  return (
    (authenticator as Traits)[KEEPS_VERDICTS] === true ||
    childrenOf(authenticator).some(keepsVerdicts)
  );
}

/** True where it may take tokens that name no issuer: it says so, or does not know its issuers. */
export function takesOpaque(authenticator: Authenticator<object>): boolean {
  const said = (authenticator as Traits)[TAKES_OPAQUE];
  if (said !== undefined) return said;
  const children = childrenOf(authenticator);
  if (children.length > 0) return children.some(takesOpaque);
  return (authenticator.issuers?.length ?? 0) === 0;
}

/** True where it, or one inside it, takes tokens of any audience. */
export function needsScopeRules(authenticator: Authenticator<object>): boolean {
  return (
    (authenticator as Traits)[NEEDS_SCOPE_RULES] === true ||
    childrenOf(authenticator).some(needsScopeRules)
  );
}
