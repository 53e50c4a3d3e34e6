import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { type Refusal, withoutAdmissionStage } from '@grpc-authn/core/authenticator';

/** Connect's codes are those of gRPC. */
const CODES: ReadonlyMap<number, Code> = new Map(
  Object.values(Code)
    .filter((code) => typeof code === 'number')
    .map((code) => [code, code]),
);

type Detail = ConnectError['details'][number];

/** The refusal as Connect sends it, by each of its protocols. */
export function refusalError(refusal: Refusal): ConnectError {
  const { message, statusCode, challenge, retryPushbackMs, details } = refusal;
  const error = new ConnectError(message, CODES.get(statusCode) ?? Code.Internal);
  if (challenge !== undefined) error.metadata.set('www-authenticate', challenge);
  if (retryPushbackMs !== undefined) {
    error.metadata.set('grpc-retry-pushback-ms', String(retryPushbackMs));
  }
  error.details = detailsOf(details);
  return error;
}

/**
 * What a handler threw. It may relay the refusal of another service, which its own caller must not take for an
 * admission by this one.
 */
export function handlerError(thrown: unknown): unknown {
  if (!(thrown instanceof ConnectError)) return thrown;
  const details = thrown.details.flatMap(withoutAdmission);
  if (details.every((detail, index) => detail === thrown.details[index])) return thrown;
  const { rawMessage, code, metadata, cause, isWireError } = thrown;
  // Connect does not relay the metadata of an error that a client received.
  const relayed = new ConnectError(rawMessage, code, isWireError ? undefined : metadata);
  relayed.details = details;
  relayed.cause = cause;
  return relayed;
}

const ERROR_INFO = 'google.rpc.ErrorInfo';

/** The same detail if there is nothing to replace, and none if it cannot be read. */
function withoutAdmission(detail: Detail): readonly Detail[] {
  if (('desc' in detail ? detail.desc.typeName : detail.type) !== ERROR_INFO) return [detail];
  const value =
    'desc' in detail ? toBinary(detail.desc, create(detail.desc, detail.value)) : detail.value;
  const status = encodeStatus(ERROR_INFO, value);
  const running = withoutAdmissionStage(status);
  return running === status ? [detail] : detailsOf(running);
}

/** The number of `details` in google.rpc.Status. */
const DETAILS = 3;

/** A google.rpc.Status with one detail. */
function encodeStatus(type: string, value: Uint8Array): Uint8Array {
  const any = create(AnySchema, {
    typeUrl: `type.googleapis.com/${type}`,
    value: Uint8Array.from(value),
  });
  return new BinaryWriter()
    .tag(DETAILS, WireType.LengthDelimited)
    .bytes(toBinary(AnySchema, any))
    .finish();
}

/** The details of a google.rpc.Status. */
function detailsOf(status: Uint8Array): Detail[] {
  const details: Detail[] = [];
  const reader = new BinaryReader(status);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === DETAILS && wireType === WireType.LengthDelimited) {
      const { typeUrl, value } = fromBinary(AnySchema, reader.bytes());
      details.push({ type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1), value });
    } else reader.skip(wireType, number);
  }
  return details;
}
