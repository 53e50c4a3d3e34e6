import { createFileRegistry, type DescService, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { ConfigError } from '../errors/config-error.ts';
import { describeSecret, wrongOption } from '../errors/option-checks.ts';
import { type DescriptorSet, makeDescriptorSet } from '../policy/descriptor-set.ts';

const EXPECTED =
  'a complete FileDescriptorSet, as `buf build -o` or `protoc --include_imports --descriptor_set_out` writes it';

/**
 * Reads a FileDescriptorSet, which has what proto-loader does not show: the `default_rule` of a service.
 * Pass the result to `definePolicy({ descriptorSet })`.
 *
 * @throws ConfigError for what is no FileDescriptorSet, is empty or cut off, or lacks an imported file.
 * @example
 * const descriptorSet = readDescriptorSet(await readFile('orders.binpb'));
 * definePolicy({ services: [Orders.service], descriptorSet, rules: {} });
 */
export function readDescriptorSet(bytes: Uint8Array): DescriptorSet {
  if (!(bytes instanceof Uint8Array)) {
    throw wrongOption('readDescriptorSet', describeSecret(bytes), `the bytes of ${EXPECTED}`);
  }
  const received = `${bytes.byteLength} bytes`;
  let files: number;
  let services: readonly DescService[];
  try {
    const set = fromBinary(FileDescriptorSetSchema, bytes);
    files = set.file.length;
    services = [...createFileRegistry(set)].filter((desc) => desc.kind === 'service');
  } catch (cause) {
    const message = `expected ${EXPECTED}, received ${received} that cannot be read as one`;
    throw new ConfigError([{ path: 'readDescriptorSet', message }], { cause });
  }
  // What is cut off may be empty: then no rule would be read, and nobody would notice.
  if (files === 0) throw wrongOption('readDescriptorSet', `${received} without a file`, EXPECTED);
  return makeDescriptorSet(files, services);
}
