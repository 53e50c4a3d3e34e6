import type { Authenticator } from '@grpc-authn/core';

/** An authenticator that is asked whether it can verify tokens, or one tenant of it. */
export interface Question {
  readonly name: string;
  readonly issuers: readonly string[];
  /** One of several of the same name. */
  readonly isTenant: boolean;
  /** Undefined where it cannot be asked; `note` says why. */
  readonly ready: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly note?: string;
}

/** `use: byTrustedIssuer` of a file: it makes the authenticator of a tenant for the tenant's first token. */
type PerTenant = Authenticator<object> & {
  readyFor(issuer: string, signal: AbortSignal): Promise<void>;
};

/** In the order of the file. */
export function questionsOf(root: Authenticator<object>): readonly Question[] {
  return [...leavesOf(root)].flatMap((leaf): readonly Question[] => {
    const { name, issuers = [] } = leaf;
    if (!isPerTenant(leaf)) {
      return [{ name, issuers, isTenant: false, ready: async (signal) => leaf.ready?.(signal) }];
    }
    if (issuers.length === 0) {
      return [{ name, issuers, isTenant: true, ready: undefined, note: UNLISTED }];
    }
    return issuers.map((issuer) => ({
      name,
      issuers: [issuer],
      isTenant: true,
      ready: (signal) => leaf.readyFor(issuer, signal),
    }));
  });
}

const UNLISTED =
  'the file lists no tenants (tenants: any): the issuer of a tenant is known from its first token';

function isPerTenant(leaf: Authenticator<object>): leaf is PerTenant {
  return typeof (leaf as Partial<PerTenant>).readyFor === 'function';
}

/** The authenticators that verify: those inside compositions, caches and wrappers. */
function leavesOf(root: Authenticator<object>): ReadonlySet<Authenticator<object>> {
  const children = root.traits?.children ?? [];
  if (children.length === 0) return new Set([root]);
  return new Set(children.flatMap((child) => [...leavesOf(child)]));
}
