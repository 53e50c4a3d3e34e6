import type { Metadata } from '@grpc/grpc-js';
import type { Authenticator } from '../contract/authenticator.ts';
import type { Principal } from '../contract/principal.ts';
import { asks, hasAuthenticatorNamed } from '../contract/composition.ts';
import { getAuthInfo, type CallAuthInfo } from '../contract/call-auth-info.ts';

export interface AuthenticatedCall {
  readonly metadata: Metadata;
}

/**
 * The verified caller of a call, in a handler of any kind.
 *
 * With `from`, its claims are typed by that authenticator, which must have authenticated the caller: the
 * server's own, or one that it asks (by `traits.children`, or as the one whose traits it copied).
 *
 * @throws Error if the call is anonymous, if `from` did not authenticate the caller, or if the
 * interceptor did not process the call (a later interceptor may have replaced the metadata).
 * @example const { subject } = getPrincipal(call);
 */
export function getPrincipal(call: AuthenticatedCall): Principal;
export function getPrincipal<C extends object>(
  call: AuthenticatedCall,
  from: Authenticator<C>,
): Principal<C>;
export function getPrincipal(
  call: AuthenticatedCall,
  from?: Authenticator<object>,
): Principal<object> {
  const { principal, root } = authInfoOf(call, 'getPrincipal');
  if (principal === undefined) {
    throw new Error(
      'getPrincipal: the caller is anonymous; use findPrincipal() where that is allowed',
    );
  }
  if (from !== undefined) checkFrom(from, root, principal.authenticator);
  return principal;
}

/**
 * The verified caller, or undefined on an anonymous call.
 *
 * @throws Error if the interceptor did not process the call: it must not look like an anonymous one.
 */
export function findPrincipal(call: AuthenticatedCall): Principal | undefined {
  return authInfoOf(call, 'findPrincipal').principal as Principal | undefined;
}

/** @throws Error */
function checkFrom(from: Authenticator<object>, root: CallAuthInfo['root'], name: string): void {
  // It answered, whatever children it has now: a reload may have changed them.
  if (from === root) return;
  if (root !== undefined && !asks(root, from)) {
    throw new Error(
      `getPrincipal: the server's authenticator "${root.name}" does not ask this "${from.name}"; pass ` +
        'the authenticator that the server has, or, where it is wrapped by hand, let the wrapper copy ' +
        'its `traits` or use wrapAuthenticator()',
    );
  }
  if (hasAuthenticatorNamed(from, name)) return;
  throw new Error(
    `getPrincipal: the caller was authenticated by "${name}", not by "${from.name}"; pass an ` +
      'authenticator only where no other can have accepted the call',
  );
}

function authInfoOf(call: AuthenticatedCall, caller: string): CallAuthInfo {
  const metadata = call.metadata as Partial<Metadata> | undefined;
  if (typeof metadata?.getOpaque !== 'function') {
    throw new Error(
      `${caller}: call.metadata is not a Metadata of @grpc/grpc-js; pass the call of a grpc-js handler, ` +
        "or, with another library, set propagation: 'async_context' in createAuthInterceptor() and use " +
        'currentPrincipal()',
    );
  }
  const info = getAuthInfo(call.metadata);
  if (info !== undefined) return info;
  throw new Error(
    'grpc-authn never saw this call: give createAuthInterceptor() to the server, list it after every ' +
      'interceptor that replaces the metadata, and do not ask for a principal on a public method',
  );
}
