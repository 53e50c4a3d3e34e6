import type { Authenticator } from '@grpc-authn/core/authenticator';

/** What `grpc-authn check` asks for: the provider of one tenant of the file. Serving calls does not use it. */
export interface TenantReadiness {
  /** Makes the authenticator of an issuer, waits until it can verify tokens, and closes it. */
  readyFor(issuer: string, signal?: AbortSignal): Promise<void>;
}

/** `create` returns undefined if there can be no authenticator of the issuer. */
export function tenantReadiness(
  create: (issuer: string) => Authenticator<object> | undefined,
): TenantReadiness {
  return {
    async readyFor(issuer, signal) {
      const tenant = create(issuer);
      try {
        await tenant?.ready?.(signal);
      } finally {
        await tenant?.close?.();
      }
    },
  };
}
