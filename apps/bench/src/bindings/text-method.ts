import { fromBinary, toBinary, create } from '@bufbuild/protobuf';
import { type StringValue, StringValueSchema } from '@bufbuild/protobuf/wkt';

/** What generated code makes of a message, for frameworks on grpc-js. */
type Text = Pick<StringValue, 'value'>;

const encode = ({ value }: Text): Buffer =>
  Buffer.from(toBinary(StringValueSchema, create(StringValueSchema, { value })));
const decode = (bytes: Uint8Array): Text => fromBinary(StringValueSchema, bytes);

/** `bench.v1.Bench/Unary` of bench-service.ts, for grpc-js and what is built on it. */
export const TEXT = {
  path: '/bench.v1.Bench/Unary',
  requestStream: false,
  responseStream: false,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
} as const;
