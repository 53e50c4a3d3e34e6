import type { Authenticator } from './authenticator.ts';

/** The authenticators that this one asks; none for one that verifies by itself. */
export function childrenOf(authenticator: Authenticator<object>): readonly Authenticator<object>[] {
  return authenticator.traits?.children ?? [];
}

/** The authenticators that verify: those inside compositions and wrappers, each once. */
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

/** True if the authenticator, or one inside it, has this name. */
export function hasAuthenticatorNamed(authenticator: Authenticator<object>, name: string): boolean {
  return (
    authenticator.name === name ||
    childrenOf(authenticator).some((child) => hasAuthenticatorNamed(child, name))
  );
}

/**
 * True if `root` asks `target`: `root` is the same authenticator or a wrapper that copied its traits, or
 * one of the children of `root` asks it. The same name is not enough.
 */
export function asks(root: Authenticator<object>, target: Authenticator<object>): boolean {
  return (
    root === target ||
    (root.traits !== undefined && root.traits === target.traits) ||
    childrenOf(root).some((child) => asks(child, target))
  );
}

/** True if the authenticator, or one inside it, may answer from a cache. */
export function isCaching(authenticator: Authenticator<object>): boolean {
  return authenticator.traits?.caches === true || childrenOf(authenticator).some(isCaching);
}

/** True if the authenticator may accept tokens that are not JWTs: by its traits, or without `issuers`. */
export function acceptsOpaqueTokens(authenticator: Authenticator<object>): boolean {
  const declared = authenticator.traits?.opaqueTokens;
  if (declared !== undefined) return declared;
  const children = childrenOf(authenticator);
  if (children.length > 0) return children.some(acceptsOpaqueTokens);
  return (authenticator.issuers?.length ?? 0) === 0;
}

/** True if the authenticator, or one inside it, accepts tokens of any audience. */
export function acceptsAnyAudience(authenticator: Authenticator<object>): boolean {
  return (
    authenticator.traits?.anyAudience === true || childrenOf(authenticator).some(acceptsAnyAudience)
  );
}
