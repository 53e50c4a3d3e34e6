import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const folder = fileURLToPath(new URL('../proto/', import.meta.url));
const files = ['orders/v1/orders.proto', 'grpc/health/v1/health.proto'];
const loaded = /** @type {any} */ (
  loadPackageDefinition(loadSync(files, { includeDirs: [folder], enums: String }))
);

/**
 * The client of orders.v1.Orders, with its definition in `.service`.
 * @type {import('@grpc/grpc-js').ServiceClientConstructor}
 */
export const Orders = loaded.orders.v1.Orders;

/**
 * The client of grpc.health.v1.Health.
 * @type {import('@grpc/grpc-js').ServiceClientConstructor}
 */
export const Health = loaded.grpc.health.v1.Health;
