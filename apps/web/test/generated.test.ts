import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { DescMessage } from '@bufbuild/protobuf';
import { Orders as loaded } from '@grpc-authn/example/orders-proto';
import { Orders as generated } from '@grpc-authn/web/orders';

/** A message as proto-loader has it. */
interface LoadedMessage {
  readonly type: {
    readonly name: string;
    readonly field: readonly { readonly name: string; readonly number: number }[];
  };
}

interface LoadedMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestType: LoadedMessage;
  readonly responseType: LoadedMessage;
}

function shapeOf({ name, fields }: DescMessage): unknown {
  return [name, fields.map((field) => [field.localName, field.number])];
}

function shapeOfLoaded({ type: { name, field } }: LoadedMessage): unknown {
  return [name, field.map((each) => [each.name, each.number])];
}

it('the generated code of the page is that of the .proto file', () => {
  const methods = Object.values(loaded.service) as readonly unknown[] as readonly LoadedMethod[];
  const expected = methods.map((method) => [
    method.path,
    method.requestStream,
    method.responseStream,
    shapeOfLoaded(method.requestType),
    shapeOfLoaded(method.responseType),
  ]);
  const received = generated.methods.map(({ name, methodKind, input, output }) => [
    `/orders.v1.Orders/${name}`,
    methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    shapeOf(input),
    shapeOf(output),
  ]);
  assert.deepEqual(received, expected);
});
