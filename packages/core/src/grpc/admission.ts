import type { Principal } from '../contract/principal.ts';
import { currentAuthInfo } from './current-principal.ts';
import { type AuthenticatedCall, findAuthInfo } from './principal-access.ts';

/** How the interceptor admitted a call. */
export interface Admission {
  /** undefined for an anonymous caller, and on a public method. */
  readonly principal: Principal | undefined;
  /** True on a public method: nothing was checked. */
  readonly public: boolean;
  /** The ID of the call, which each Decision about it has too. undefined on a public method. */
  readonly callId?: string | undefined;
}

/**
 * For bindings to frameworks over grpc-js, which must refuse a call that the interceptor never saw. Without an
 * argument: the call for which this code runs, with `propagation: 'async_context'`. undefined if no interceptor
 * of this package has admitted it.
 *
 * @example if (findAdmission(call) === undefined) throw new Error('the interceptor is missing');
 */
export function findAdmission(call?: AuthenticatedCall): Admission | undefined {
  const info = call === undefined ? currentAuthInfo.getStore() : findAuthInfo(call);
  return (
    info && {
      principal: info.principal as Principal | undefined,
      public: info.public === true,
      callId: info.callId,
    }
  );
}
