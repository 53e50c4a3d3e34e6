import type {
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { getPrincipal } from '@grpc-authn/core';
import { nameOf, type Order, OrderBook, type WatchEvent } from './orders.ts';

const book = new OrderBook();

/** A handler reads the caller, and does not know how it was verified. */
function nameOfCaller(call: Parameters<typeof getPrincipal>[0]): string {
  return nameOf(getPrincipal(call));
}

export const ordersService: UntypedServiceImplementation = {
  get(call: ServerUnaryCall<{ id: string }, Order>, respond: sendUnaryData<Order>) {
    respond(null, book.get(nameOfCaller(call), call.request.id));
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
    const caller = nameOfCaller(call);
    book.refund(caller, call.request.id);
    respond(null, { refundedTo: caller });
  },

  list(call: ServerWritableStream<object, Order>) {
    for (const order of book.list(nameOfCaller(call))) call.write(order);
    call.end();
  },

  watch(call: ServerWritableStream<object, WatchEvent>) {
    const ended = new AbortController();
    // The caller disconnected, or its token expired.
    call.on('cancelled', () => ended.abort());
    send(call, book.watch(getPrincipal(call), ended.signal)).catch((error: Error) =>
      call.destroy(error),
    );
  },

  track(call: ServerDuplexStream<{ id: string }, { id: string; state: string }>) {
    const caller = nameOfCaller(call);
    call.on('data', ({ id }: { id: string }) => call.write({ id, state: `packed for ${caller}` }));
    call.on('end', () => call.end());
  },
};

async function send<T>(
  call: ServerWritableStream<object, T>,
  messages: AsyncIterable<T>,
): Promise<void> {
  for await (const message of messages) call.write(message);
  call.end();
}

/** Public in every config, so that health checks need no token. */
export const healthService: UntypedServiceImplementation = {
  check(_call: ServerUnaryCall<object, object>, respond: sendUnaryData<{ status: string }>) {
    respond(null, { status: 'SERVING' });
  },
};
