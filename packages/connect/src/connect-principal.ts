import type { ContextValues } from '@connectrpc/connect';
import {
  type Authenticator,
  checkAuthenticatedBy,
  type GateOutcome,
  type Principal,
} from '@grpc-authn/core/authenticator';
import { callOf } from './connect-call.ts';

/**
 * Returns the verified caller of a call, in a handler of any kind, in an interceptor, and in your own gate after ours.
 *
 * With `from`, the claims have the type of that authenticator, which must have authenticated the caller. `from` is
 * the server's authenticator, or one of its `traits.children` at any depth.
 *
 * @throws Error for an anonymous caller, on a public method, if `from` did not authenticate the caller, and where
 * requestGate is missing.
 * @example get({ id }, context) { const { subject } = getConnectPrincipal(context); … }
 */
export function getConnectPrincipal(context: { readonly values: ContextValues }): Principal;
export function getConnectPrincipal<C extends object>(
  context: { readonly values: ContextValues },
  from: Authenticator<C>,
): Principal<C>;
export function getConnectPrincipal(
  context: { readonly values: ContextValues },
  from?: Authenticator<object>,
): Principal<object> {
  const { principal } = admittedCall(context, 'getConnectPrincipal');
  if (principal === undefined) {
    throw new Error(
      'getConnectPrincipal: the caller is anonymous; use findConnectPrincipal() where that is allowed',
    );
  }
  if (from !== undefined) {
    const root = callOf(context.values)?.settings.root;
    checkAuthenticatedBy(from, principal, { root, caller: 'getConnectPrincipal' });
  }
  return principal;
}

/**
 * Returns the verified caller, or undefined for an anonymous one.
 *
 * @throws Error on a public method, and where requestGate is missing: such a call must not look anonymous.
 */
export function findConnectPrincipal(context: {
  readonly values: ContextValues;
}): Principal | undefined {
  return admittedCall(context, 'findConnectPrincipal').principal as Principal | undefined;
}

function admittedCall({ values }: { readonly values: ContextValues }, caller: string): GateOutcome {
  const admitted = callOf(values)?.admitted;
  if (admitted === undefined) {
    throw new Error(
      `${caller}: grpc-authn never saw this call; pass requestGate and interceptor of createConnectAuth() to the ` +
        'adapter, and do not replace the context values of the call',
    );
  }
  if (admitted.public === true) {
    throw new Error(`${caller}: nobody is verified on a public method`);
  }
  return admitted;
}
