import { AuthError, type RefusalStatus, toStatus } from '@grpc-authn/core';
import { type Server, ServerGrpc, Transport } from '@nestjs/microservices';
import { type Observable, of, throwError } from 'rxjs';
import {
  admissionOf,
  type HandlerArguments,
  isStreamCall,
  notAdmitted,
  sendStatus,
} from './handler-call.ts';

type AddHandler = Server['addHandler'];
type Handler = Parameters<AddHandler>[1];

const guarded = new WeakSet<Handler>();

/** A transport of NestJS, as ModulesContainer.getRpcTargetRegistry() lists it. */
export type RpcTransport = Server;

export function isGrpc(transport: RpcTransport): boolean {
  return transport instanceof ServerGrpc || transport.transportId === Transport.GRPC;
}

/** Why a transport serves no call yet, or no call at all. undefined: it serves those that were admitted. */
export type ClosedBecause = 'starting' | 'wrong' | undefined;

/**
 * Lets the handlers of a transport refuse each call that the interceptor did not admit, before guards and pipes
 * run. It needs no global guard: those of the application do not apply to the transports of a hybrid
 * application, and in the call style NestJS sends none of their refusals.
 */
export function guardHandlers(transport: RpcTransport, closed: () => ClosedBecause): void {
  const addHandler: AddHandler = transport.addHandler.bind(transport);
  transport.addHandler = (pattern, handler, ...others): void => {
    addHandler(pattern, guardHandler(handler, closed), ...others);
  };
}

/** For a transport of another kind. NestJS adds gRPC handlers to a custom one that does not say what it is. */
export function guardGrpcPatterns(transport: RpcTransport): void {
  const addHandler: AddHandler = transport.addHandler.bind(transport);
  transport.addHandler = (pattern, handler, ...others): void => {
    const isOfGrpc = typeof pattern === 'object' && pattern !== null && 'rpc' in pattern;
    addHandler(pattern, isOfGrpc ? guardHandler(handler, () => undefined) : handler, ...others);
  };
}

/** False if NestJS has added handlers in another way. */
export function isGuarded(transport: RpcTransport): boolean {
  return [...transport.getHandlers().values()].every((handler) => guarded.has(handler));
}

function guardHandler(handler: Handler, closed: () => ClosedBecause): Handler {
  const guardedHandler = (...args: HandlerArguments): ReturnType<Handler> => {
    const status = refusalOf(args, closed());
    return status === undefined
      ? handler(...(args as Parameters<Handler>))
      : Promise.resolve(refuse(args, status));
  };
  guarded.add(guardedHandler);
  return guardedHandler;
}

function refusalOf(args: HandlerArguments, closed: ClosedBecause): RefusalStatus | undefined {
  if (closed === 'wrong' || admissionOf(args) === undefined) return notAdmitted();
  return closed === 'starting' ? toStatus(new AuthError('unavailable', 'overloaded')) : undefined;
}

function refuse(args: HandlerArguments, status: RefusalStatus): Observable<unknown> {
  if (!isStreamCall(args)) return throwError(() => status);
  sendStatus(args, status);
  return of(undefined);
}
