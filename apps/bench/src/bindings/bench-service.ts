import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt';

type Text = typeof StringValueSchema;

const TEXT = '.google.protobuf.StringValue';

/** `bench.v1.Bench`, as protobuf-es describes it. */
export const Bench = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'bench.proto',
    package: 'bench.v1',
    syntax: 'proto3',
    dependency: ['google/protobuf/wrappers.proto'],
    service: [{ name: 'Bench', method: [{ name: 'Unary', inputType: TEXT, outputType: TEXT }] }],
  }),
  () => file_google_protobuf_wrappers,
).getService('bench.v1.Bench') as GenService<{
  unary: { methodKind: 'unary'; input: Text; output: Text };
}>;
