import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  MethodOptions_IdempotencyLevel,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt';

type Text = typeof StringValueSchema;

/** The package of the service, and the messages that it takes. */
export type EchoService = GenService<{
  unary: { methodKind: 'unary'; input: Text; output: Text };
  /** Also by GET: it has no side effects. */
  lookUp: { methodKind: 'unary'; input: Text; output: Text };
  clientStream: { methodKind: 'client_streaming'; input: Text; output: Text };
  serverStream: { methodKind: 'server_streaming'; input: Text; output: Text };
  bidi: { methodKind: 'bidi_streaming'; input: Text; output: Text };
}>;

const TEXT = '.google.protobuf.StringValue';
const method = (name: string, clientStreaming: boolean, serverStreaming: boolean) => ({
  name,
  inputType: TEXT,
  outputType: TEXT,
  clientStreaming,
  serverStreaming,
});

const file = create(FileDescriptorProtoSchema, {
  name: 'echo.proto',
  package: 'echo.v1',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [
    {
      name: 'Echo',
      method: [
        method('Unary', false, false),
        {
          ...method('LookUp', false, false),
          options: { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS },
        },
        method('ClientStream', true, false),
        method('ServerStream', false, true),
        method('Bidi', true, true),
      ],
    },
  ],
});

export const Echo = createFileRegistry(file, () => file_google_protobuf_wrappers).getService(
  'echo.v1.Echo',
) as EchoService;
