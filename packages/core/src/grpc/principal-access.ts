import type { Writable } from 'node:stream';
import type { Metadata } from '@grpc/grpc-js';
import { handlerEndChannel } from '../contract/channels.ts';
import type { Authenticator } from '../contract/authenticator.ts';
import type { Principal } from '../contract/principal.ts';
import { checkAuthenticatedBy } from '../contract/check-authenticated-by.ts';
import { getAuthInfo, type CallAuthInfo } from '../contract/call-auth-info.ts';

export interface AuthenticatedCall {
  readonly metadata: Metadata;
}

/**
 * Returns the verified caller of a call, in a handler of any kind.
 *
 * With `from`, the claims have the type of that authenticator, which must have authenticated the caller.
 * `from` is the server's authenticator, one of its `traits.children` at any depth, or the authenticator
 * whose traits a wrapper copied.
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
  if (from !== undefined) checkAuthenticatedBy(from, principal, { root, caller: 'getPrincipal' });
  return principal;
}

/**
 * Returns the verified caller, or undefined for an anonymous call.
 *
 * @throws Error if the interceptor did not process the call: such a call must not look anonymous.
 */
export function findPrincipal(call: AuthenticatedCall): Principal | undefined {
  return authInfoOf(call, 'findPrincipal').principal as Principal | undefined;
}

/** undefined if the interceptor never saw the call. */
export function findAuthInfo(call: AuthenticatedCall): CallAuthInfo | undefined {
  const metadata = call.metadata as Partial<Metadata> | undefined;
  return typeof metadata?.getOpaque === 'function' ? getAuthInfo(call.metadata) : undefined;
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
  if (info !== undefined && info.public !== true) {
    if (handlerEndChannel.hasSubscribers) reportErrors(call, info);
    return info;
  }
  throw new Error(
    'grpc-authn never saw this call: give createAuthInterceptor() to the server, list it after every ' +
      'interceptor that replaces the metadata, and do not ask for a principal on a public method',
  );
}

/**
 * A stream that grpc-js has destroyed reports no end, so the interceptor does not see that its handler ends it
 * with an error. instrumentation-grpc does, and ends its span.
 */
function reportErrors(call: AuthenticatedCall & Partial<Writable>, info: CallAuthInfo): void {
  if (info.errorsReported || typeof call.end !== 'function') return;
  info.errorsReported = true;
  // grpc-js has a listener of its own, so this one makes no error count as handled.
  call.once?.('error', () => handlerEndChannel.publish(info.callId));
}
