import { create, createFileRegistry, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, file_google_protobuf_wrappers } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';

const TEXT = '.google.protobuf.StringValue';
const method = (name: string, clientStreaming = false, serverStreaming = false) => ({
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
        method('Unary'),
        method('ServerStream', false, true),
        method('ClientStream', true),
        method('Bidi', true, true),
      ],
    },
  ],
});
const registry = createFileRegistry(file, () => file_google_protobuf_wrappers);
export const Echo: DescService = registry.getService('echo.v1.Echo') as DescService;
export const KINDS = ['unary', 'serverStream', 'clientStream', 'bidi'] as const;
export type Kind = (typeof KINDS)[number];

/** A length-delimited field of protobuf. */
function field(number: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** A refusal of grpc-authn, as Connect shows it to a client: with a google.rpc.ErrorInfo. */
export function refusal(stage: 'admission' | 'running', reason = 'TOKEN_EXPIRED'): ConnectError {
  const entry = Buffer.concat([field(1, 'stage'), field(2, stage)]);
  const value = Buffer.concat([field(1, reason), field(2, 'grpc-authn'), field(3, entry)]);
  const error = new ConnectError('The access token is not valid', Code.Unauthenticated);
  error.details.push({ type: 'google.rpc.ErrorInfo', value: new Uint8Array(value) });
  return error;
}
