import type { Principal } from '@grpc-authn/core/authenticator';
import { isPrincipal, setAuthInfo } from '@grpc-authn/core/internal';

/** A call of grpc-js, or a mock of one whose metadata is a real `Metadata`. */
export interface MarkableCall {
  readonly metadata: { setOpaque(key: string, value: unknown): void };
}

/**
 * The same call, as if the interceptor had passed it for this caller: for unit tests of handlers, which
 * ask `getPrincipal` or `findPrincipal`. Asked for the caller of a certain authenticator, they compare
 * its name with `principal.authenticator`, since no interceptor says which authenticator it asks.
 *
 * @throws TypeError where the principal was not made by `createPrincipal`.
 * @example
 * const call = { metadata: new Metadata(), request: { id: '7' } };
 * const alice = createPrincipal({ authenticator: 'main', subject: 'alice' });
 * getOrder(withPrincipal(call, alice), callback);
 */
export function withPrincipal<T extends MarkableCall>(call: T, principal: Principal<object>): T {
  if (!isPrincipal(principal)) {
    throw new TypeError('withPrincipal: the principal was not made by createPrincipal');
  }
  setAuthInfo(call.metadata, { principal, root: undefined });
  return call;
}
