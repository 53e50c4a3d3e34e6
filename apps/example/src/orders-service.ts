import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { getPrincipal } from '@grpc-authn/core';

interface Order {
  id: string;
  item: string;
  placedBy: string;
}

const ITEMS = ['tea', 'bread', 'salt'];

/** A handler reads the caller, and does not know how it was verified. */
function nameOfCaller(call: Parameters<typeof getPrincipal>[0]): string {
  const { subject, clientId = '' } = getPrincipal(call);
  // A service that calls on its own behalf may have no subject (RFC 7662 allows its provider to omit it).
  return subject ?? clientId;
}

export const ordersService: UntypedServiceImplementation = {
  get(call: ServerUnaryCall<{ id: string }, Order>, respond: sendUnaryData<Order>) {
    const caller = nameOfCaller(call);
    respond(null, { id: call.request.id, item: 'tea', placedBy: caller });
  },

  import(
    call: ServerReadableStream<Order, object>,
    respond: sendUnaryData<{ imported: number; importedBy: string }>,
  ) {
    const caller = nameOfCaller(call);
    let imported = 0;
    call.on('data', () => (imported += 1));
    call.on('end', () => respond(null, { imported, importedBy: caller }));
  },

  refund(
    call: ServerUnaryCall<{ id: string }, { refundedTo: string }>,
    respond: sendUnaryData<{ refundedTo: string }>,
  ) {
    respond(null, { refundedTo: nameOfCaller(call) });
  },

  list(call: ServerWritableStream<object, Order>) {
    const caller = nameOfCaller(call);
    for (const [index, item] of ITEMS.entries()) {
      call.write({ id: `o-${index + 1}`, item, placedBy: caller });
    }
    call.end();
  },

  track(call: ServerDuplexStream<{ id: string }, { id: string; state: string }>) {
    const caller = nameOfCaller(call);
    call.on('data', ({ id }: { id: string }) => call.write({ id, state: `packed for ${caller}` }));
    call.on('end', () => call.end());
  },
};

/** Public in every config, so that health checks need no token. */
export const healthService: UntypedServiceImplementation = {
  check(_call: ServerUnaryCall<object, object>, respond: sendUnaryData<{ status: string }>) {
    respond(null, { status: 'SERVING' });
  },
};
