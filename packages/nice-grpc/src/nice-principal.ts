import type { Principal } from '@grpc-authn/core';
import type { CallContext } from 'nice-grpc';

/** What the middleware adds to the context of a call. */
export interface NicePrincipal {
  /** undefined on a public method and for an anonymous caller. */
  readonly principal: Principal | undefined;
}

/**
 * The verified caller of a call.
 *
 * @throws Error on a public method, for an anonymous caller, and where the middleware is missing.
 * @example async get({ id }, context) { const { subject } = getNicePrincipal(context); … }
 */
export function getNicePrincipal(context: CallContext & Partial<NicePrincipal>): Principal {
  const { principal } = context;
  if (principal !== undefined) return principal;
  throw new Error(
    'principal' in context
      ? 'getNicePrincipal: the method is public or the caller is anonymous; use context.principal where that is allowed'
      : 'getNicePrincipal: the context has no principal; add the middleware: createServer(auth.serverOptions).use(auth.middleware)',
  );
}
