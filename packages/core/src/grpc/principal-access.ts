import type { Metadata } from '@grpc/grpc-js';
import type { Authenticator } from '../contract/authenticator.ts';
import type { Principal } from '../contract/principal.ts';
import { contains, hasAuthenticatorNamed } from '../contract/composition.ts';
import { getAuthInfo, type CallAuthInfo } from '../contract/call-auth-info.ts';
import { snapshotOf } from '../contract/snapshot.ts';

export interface AuthenticatedCall {
  readonly metadata: Metadata;
}

/**
 * The verified caller of a call, in a handler of any kind.
 *
 * With `from`, its claims are typed by that authenticator, and it must be the one that vouched (a
 * composition vouches where a child did).
 *
 * @throws Error where the call is anonymous, where the interceptor never saw it (or a later
 * interceptor replaced the metadata), and where `from` did not vouch.
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
  const { principal, root } = authInfoOf(call);
  if (principal === undefined) {
    throw new Error('getPrincipal: the caller is anonymous; ask findPrincipal where that may be');
  }
  if (from !== undefined && !vouched(from, root, principal.authenticator)) {
    throw new Error(
      `getPrincipal: "${principal.authenticator}" vouched for this caller, not "${from.name}"`,
    );
  }
  return principal;
}

/**
 * The verified caller, or undefined on an anonymous call.
 *
 * @throws Error where the interceptor never saw the call: to take that for an anonymous caller
 * would hide a server that forgot to authenticate.
 */
export function findPrincipal(call: AuthenticatedCall): Principal | undefined {
  return authInfoOf(call).principal as Principal | undefined;
}

function vouched(from: Authenticator<object>, root: CallAuthInfo['root'], name: string): boolean {
  if (root === undefined) return hasAuthenticatorNamed(from, name);
  // What stands through every reload vouches wherever the one of that time did.
  const source = snapshotOf(root)?.of === from ? root : from;
  return contains(root, source) && hasAuthenticatorNamed(source, name);
}

function authInfoOf(call: AuthenticatedCall): CallAuthInfo {
  const mark = getAuthInfo(call.metadata);
  if (mark !== undefined) return mark;
  throw new Error(
    'grpc-authn never saw this call: give createAuthInterceptor() to the server, list it after every ' +
      'interceptor that replaces the metadata, and do not ask for a principal on a public method',
  );
}
