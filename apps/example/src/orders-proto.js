import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const file = fileURLToPath(new URL('../proto/orders/v1/orders.proto', import.meta.url));
const { orders } = /** @type {any} */ (loadPackageDefinition(loadSync(file)));

/**
 * The client of orders.v1.Orders, with its definition in `.service`.
 * @type {import('@grpc/grpc-js').ServiceClientConstructor}
 */
export const Orders = orders.v1.Orders;
