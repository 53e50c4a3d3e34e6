import { type Server, Transport } from '@nestjs/microservices';
import { admissionOf, type HandlerArguments, refuseCall, warnNotAdmitted } from './handler-call.ts';

type AddHandler = Server['addHandler'];
type Handler = Parameters<AddHandler>[1];

const guarded = new WeakSet<Handler>();

/** A transport of NestJS, as ModulesContainer.getRpcTargetRegistry() lists it. */
export type RpcTransport = Server;

export function isGrpc(transport: RpcTransport): boolean {
  return transport.transportId === Transport.GRPC;
}

/**
 * Lets the handlers of a transport refuse each call that the interceptor did not admit, before guards and pipes
 * run. It needs no global guard: those of the application do not apply to the transports of a hybrid
 * application, and in the call style NestJS reports none of their refusals.
 */
export function guardHandlers(transport: RpcTransport): void {
  const addHandler: AddHandler = transport.addHandler.bind(transport);
  transport.addHandler = (pattern, handler, ...others): void => {
    addHandler(pattern, guardHandler(handler), ...others);
  };
}

/** False if NestJS has added handlers in another way. */
export function isGuarded(transport: RpcTransport): boolean {
  return [...transport.getHandlers().values()].every((handler) => guarded.has(handler));
}

function guardHandler(handler: Handler): Handler {
  const guardedHandler = (...args: HandlerArguments): ReturnType<Handler> => {
    if (admissionOf(args) === undefined) {
      warnNotAdmitted();
      return Promise.resolve(refuseCall(args));
    }
    return handler(...(args as Parameters<Handler>));
  };
  guarded.add(guardedHandler);
  return guardedHandler;
}
