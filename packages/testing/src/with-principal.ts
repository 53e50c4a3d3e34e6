import type { Principal } from '@grpc-authn/core/authenticator';
import { isPrincipal, setAuthInfo } from '@grpc-authn/core/internal';

/** A call of grpc-js, or a mock of one whose metadata is a real `Metadata`. */
export interface MarkableCall {
  readonly metadata: { setOpaque(key: string, value: unknown): void };
}

/**
 * Sets the principal of a call, as the interceptor does, and returns the call: for unit tests of handlers
 * that use `getPrincipal` or `findPrincipal`. Called with an authenticator, those compare its name with
 * `principal.authenticator`.
 *
 * @throws TypeError if `createPrincipal` did not make the principal.
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
