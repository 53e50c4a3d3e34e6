// What `protoc-gen-ts_proto --ts_proto_opt=outputServices=grpc-js` (2.6.1) writes for a service, less its
// messages: names in camel case, `as const`, and a type of the same name.
export interface Order {
  id: string;
}

export type OrdersService = typeof OrdersService;
export const OrdersService = {
  get: {
    path: '/orders.v1.Orders/Get',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Order) => Buffer.from(JSON.stringify(value)),
    requestDeserialize: (value: Buffer) => JSON.parse(value.toString()) as Order,
    responseSerialize: (value: Order) => Buffer.from(JSON.stringify(value)),
    responseDeserialize: (value: Buffer) => JSON.parse(value.toString()) as Order,
  },
  listAll: {
    path: '/orders.v1.Orders/ListAll',
    requestStream: false,
    responseStream: true,
    requestSerialize: (value: Order) => Buffer.from(JSON.stringify(value)),
    requestDeserialize: (value: Buffer) => JSON.parse(value.toString()) as Order,
    responseSerialize: (value: Order) => Buffer.from(JSON.stringify(value)),
    responseDeserialize: (value: Buffer) => JSON.parse(value.toString()) as Order,
  },
} as const;
