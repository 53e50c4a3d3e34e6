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

/** A handler asks who calls, and never how that was verified. */
export const ordersService: UntypedServiceImplementation = {
  get(call: ServerUnaryCall<{ id: string }, Order>, respond: sendUnaryData<Order>) {
    const { subject = '' } = getPrincipal(call);
    respond(null, { id: call.request.id, item: 'tea', placedBy: subject });
  },

  import(
    call: ServerReadableStream<Order, object>,
    respond: sendUnaryData<{ imported: number; importedBy: string }>,
  ) {
    const { subject = '' } = getPrincipal(call);
    let imported = 0;
    call.on('data', () => (imported += 1));
    call.on('end', () => respond(null, { imported, importedBy: subject }));
  },

  refund(
    call: ServerUnaryCall<{ id: string }, { refundedTo: string }>,
    respond: sendUnaryData<{ refundedTo: string }>,
  ) {
    respond(null, { refundedTo: getPrincipal(call).subject ?? '' });
  },

  list(call: ServerWritableStream<object, Order>) {
    const { subject = '' } = getPrincipal(call);
    for (const [index, item] of ITEMS.entries()) {
      call.write({ id: `o-${index + 1}`, item, placedBy: subject });
    }
    call.end();
  },

  track(call: ServerDuplexStream<{ id: string }, { id: string; state: string }>) {
    const { subject = '' } = getPrincipal(call);
    call.on('data', ({ id }: { id: string }) => call.write({ id, state: `packed for ${subject}` }));
    call.on('end', () => call.end());
  },
};
