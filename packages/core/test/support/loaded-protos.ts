import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceLike } from '../../src/policy/service-definition.ts';

const inCore = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const PROTOS: string = inCore('test/protos');
/** Where the published rule.proto is. */
export const OUR_PROTOS: string = inCore('proto');

/** A service of a .proto of the tests, as proto-loader defines it. */
export function loadService(file: string, name: string): ServiceLike {
  const loaded = loadSync(file, { includeDirs: [PROTOS, OUR_PROTOS] });
  return loaded[name] as unknown as ServiceLike;
}
