import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenMessage, GenService } from '@bufbuild/protobuf/codegenv2';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { kindOf, pathOf } from '../echo.ts';
import { streamsRequests, streamsResponses } from '../wire-client.ts';
import { METHODS, type Text } from './definition.ts';

type TextSchema = GenMessage<Text & { readonly $typeName: 'echo.v1.Text' }>;
interface Method<Kind> {
  readonly methodKind: Kind;
  readonly input: TextSchema;
  readonly output: TextSchema;
}

/** echo.v1.Echo of proto/echo.proto, as protobuf-es describes it. */
export const Echo = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'echo.proto',
    package: 'echo.v1',
    syntax: 'proto3',
    messageType: [
      {
        name: 'Text',
        field: [{ name: 'text', number: 1, type: Type.STRING, label: Label.OPTIONAL }],
      },
    ],
    service: [
      {
        name: 'Echo',
        method: METHODS.map((method) => ({
          name: pathOf(method).split('/').at(-1)!,
          inputType: '.echo.v1.Text',
          outputType: '.echo.v1.Text',
          clientStreaming: streamsRequests(kindOf(method)),
          serverStreaming: streamsResponses(kindOf(method)),
        })),
      },
    ],
  }),
  () => undefined,
).getService('echo.v1.Echo') as GenService<{
  unary: Method<'unary'>;
  clientStream: Method<'client_streaming'>;
  serverStream: Method<'server_streaming'>;
  bidi: Method<'bidi_streaming'>;
  scoped: Method<'unary'>;
  anonymous: Method<'unary'>;
  public: Method<'unary'>;
}>;
