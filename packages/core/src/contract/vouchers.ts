import type { Authenticator } from './authenticator.ts';

/** Where a composition or a wrapper names the authenticators inside it. */
export const CHILDREN: unique symbol = Symbol.for('@grpc-authn/children') as never;

export interface Composition {
  readonly [CHILDREN]: readonly Authenticator<object>[];
}

/** The children of a composition of ours; none for anything else. */
export function childrenOf(authenticator: Authenticator<object>): readonly Authenticator<object>[] {
  return (authenticator as Partial<Composition>)[CHILDREN] ?? [];
}

/** True where `name` is the authenticator's own or that of one inside it. */
export function vouchesAs(authenticator: Authenticator<object>, name: string): boolean {
  return (
    authenticator.name === name || childrenOf(authenticator).some((child) => vouchesAs(child, name))
  );
}

/** True where `wanted` is `root` itself or inside it: the same object, not only the same name. */
export function contains(root: Authenticator<object>, wanted: Authenticator<object>): boolean {
  return root === wanted || childrenOf(root).some((child) => contains(child, wanted));
}
