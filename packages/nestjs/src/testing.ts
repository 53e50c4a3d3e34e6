import type { Principal } from '@grpc-authn/core';
import { withPrincipal } from '@grpc-authn/testing';
import { Metadata } from '@grpc/grpc-js';

/**
 * What a unit test passes to a handler of NestJS that uses `getPrincipal` or `findPrincipal`: `metadata` is the
 * handler's second argument, and the whole is enough of a call.
 *
 * @throws TypeError if `createPrincipal` did not make the principal.
 * @example
 * const { metadata } = grpcContextWith(createPrincipal({ authenticator: 'main', subject: 'alice' }));
 * expect(controller.get({ id: '7' }, metadata)).toEqual(…);
 */
export function grpcContextWith(principal: Principal<object>): { readonly metadata: Metadata } {
  return withPrincipal({ metadata: new Metadata() }, principal);
}
