import type { Principal } from '@grpc-authn/core';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { admissionOf, isStreamCall, notAdmitted, sendStatus } from './handler-call.ts';

const decorate = createParamDecorator(principalOf);

/**
 * The verified caller of a gRPC call, as a parameter of its handler: a `Principal`; undefined for an anonymous
 * caller, and on a public method. A call that the interceptor did not admit ends with INTERNAL.
 *
 * NestJS then passes only parameters that have a decorator, so the others need `@Payload()` and `@Ctx()`.
 *
 * @example get(\@Payload() { id }: GetOrder, \@CurrentPrincipal() caller: Principal) { … }
 */
export function CurrentPrincipal(): ParameterDecorator {
  return decorate();
}

function principalOf(
  _: unknown,
  context: ExecutionContext,
): Principal | undefined | Promise<never> {
  if (context.getType() !== 'rpc') {
    throw new Error('CurrentPrincipal: expected a gRPC handler, received one of another kind');
  }
  const args = context.getArgs<unknown[]>();
  const admission = admissionOf(args);
  if (admission !== undefined) return admission.principal;
  const status = notAdmitted();
  if (!isStreamCall(args)) throw new RpcException(status);
  sendStatus(args, status);
  // A handler whose parameter never arrives does not run.
  return new Promise(() => undefined);
}
