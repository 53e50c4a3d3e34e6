import { AsyncLocalStorage } from 'node:async_hooks';
import type { Principal } from '../contract/principal.ts';
import type { CallAuthInfo } from '../contract/call-auth-info.ts';

/** The info of the call for which the current code runs; undefined until that call is admitted. */
export const currentAuthInfo: AsyncLocalStorage<CallAuthInfo | undefined> = new AsyncLocalStorage();

/**
 * The verified caller of the call for which this code runs, with `propagation: 'async_context'`; undefined
 * on an anonymous call.
 *
 * @throws Error outside of a call that the interceptor admitted, and on a public method.
 * @example const { subject } = currentPrincipal() ?? {};
 */
export function currentPrincipal(): Principal | undefined {
  const info = currentAuthInfo.getStore();
  if (info !== undefined && info.public !== true) return info.principal as Principal | undefined;
  throw new Error(
    "currentPrincipal: this code runs outside of a call that grpc-authn admitted; set propagation: 'async_context' " +
      'in createAuthInterceptor(), and do not call it on a public method',
  );
}
