import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const file = fileURLToPath(new URL('../../proto/chain/v1/chain.proto', import.meta.url));
const loaded = /** @type {any} */ (loadPackageDefinition(loadSync(file)));

/**
 * The client of chain.v1.Link, with its definition in `.service`.
 * @type {import('@grpc/grpc-js').ServiceClientConstructor}
 */
export const Link = loaded.chain.v1.Link;
