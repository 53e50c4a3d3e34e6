import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../contract/principal.ts';
import type { CallAuthInfo } from '../contract/call-auth-info.ts';

/** The mark of the call that the code at hand runs for; undefined until that call is decided. */
export const currentAuthInfo: AsyncLocalStorage<CallAuthInfo | undefined> = new AsyncLocalStorage();

/**
 * The verified caller of the call that this code runs for, with `propagation: 'async_context'`;
 * undefined on an anonymous call.
 *
 * @throws Error outside of a call that the interceptor saw, on a public method too.
 * @example const { subject } = currentPrincipal() ?? {};
 */
export function currentPrincipal(): Principal | undefined {
  const mark = currentAuthInfo.getStore();
  if (mark !== undefined) return mark.principal as Principal | undefined;
  throw new Error(
    "currentPrincipal: this code runs for no call that grpc-authn saw; set propagation: 'async_context' " +
      'in createAuthInterceptor(), and do not ask on a public method',
  );
}
