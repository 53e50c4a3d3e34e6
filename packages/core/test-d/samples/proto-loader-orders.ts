// What `proto-loader-gen-types --grpcLib=@grpc/grpc-js` (0.8.1) writes for a service, less its messages:
// above all `extends grpc.ServiceDefinition`, which has an index signature.
import type * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';

export interface Order {
  readonly id?: string;
}
export interface Order__Output {
  readonly id: string;
}

export interface OrdersClient extends grpc.Client {
  List(
    argument: Order,
    metadata: grpc.Metadata,
    options?: grpc.CallOptions,
  ): grpc.ClientReadableStream<Order__Output>;
}

export interface OrdersDefinition extends grpc.ServiceDefinition {
  Get: MethodDefinition<Order, Order, Order__Output, Order__Output>;
  List: MethodDefinition<Order, Order, Order__Output, Order__Output>;
  Refund: MethodDefinition<Order, Order, Order__Output, Order__Output>;
}

type SubtypeConstructor<
  // oxlint-disable-next-line typescript/no-explicit-any -- as it is generated
  Constructor extends new (...args: any) => any,
  Subtype,
> = {
  new (...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  orders: {
    v1: {
      Orders: SubtypeConstructor<typeof grpc.Client, OrdersClient> & { service: OrdersDefinition };
    };
  };
}
