import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { getConnectPrincipal } from '@grpc-authn/connect';
import { nameOf, OrderBook } from '@grpc-authn/example/orders';
import {
  Health,
  HealthCheckResponse_ServingStatus as Status,
} from './gen/grpc/health/v1/health_pb.ts';
import { Orders } from './gen/orders/v1/orders_pb.ts';

const book = new OrderBook();

function nameOfCaller(context: HandlerContext): string {
  return nameOf(getConnectPrincipal(context));
}

export function routes(router: ConnectRouter): void {
  router.service(Orders, {
    get: ({ id }, context) => book.get(nameOfCaller(context), id),

    async *list(_request, context) {
      yield* book.list(nameOfCaller(context));
    },

    watch: (_request, context) => book.watch(getConnectPrincipal(context), context.signal),

    refund({ id }, context) {
      const caller = nameOfCaller(context);
      book.refund(caller, id);
      return { refundedTo: caller };
    },

    async import(orders, context) {
      const imported: string[] = [];
      for await (const { item } of orders) imported.push(item);
      return { imported: imported.length, importedBy: nameOfCaller(context) };
    },

    async *track(requests, context) {
      for await (const { id } of requests) {
        yield { id, state: `packed for ${nameOfCaller(context)}` };
      }
    },
  });
  // Public in every config.
  router.service(Health, { check: () => ({ status: Status.SERVING }) });
}
