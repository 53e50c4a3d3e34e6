import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Metadata } from '@grpc/grpc-js';

export interface DecodedStatus {
  readonly code: number;
  readonly message: string;
  readonly errorInfo: { readonly reason: string; readonly domain: string } | undefined;
  readonly retryDelay: { readonly seconds: number; readonly nanos: number } | undefined;
  /** The type URLs of the details, in order. */
  readonly detailTypes: readonly string[];
}

type Field = number | string | Uint8Array;

/** All length-delimited and varint fields of a message, by number; repeated ones in order. */
function readFields(bytes: Uint8Array): ReadonlyMap<number, readonly Field[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const value = wireType === 0 ? Number(reader.int64()) : reader.bytes();
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function text(bytes: Field | undefined): string {
  return new TextDecoder().decode(bytes as Uint8Array | undefined);
}

/** The bytes of `grpc-status-details-bin`, of which there must be exactly one. */
export function statusDetailsBytes(metadata: Metadata): Buffer {
  const values = metadata.get('grpc-status-details-bin');
  if (values.length !== 1) throw new Error(`${values.length} grpc-status-details-bin trailers`);
  return values[0] as Buffer;
}

/** google.rpc.Status, read field by field and independently of the encoder. */
export function decodeStatus(metadata: Metadata): DecodedStatus {
  const status = readFields(statusDetailsBytes(metadata));
  const details = new Map<string, ReadonlyMap<number, readonly Field[]>>();
  for (const any of status.get(3) ?? []) {
    const fields = readFields(any as Uint8Array);
    details.set(text(fields.get(1)?.[0]), readFields(fields.get(2)?.[0] as Uint8Array));
  }
  const info = details.get('type.googleapis.com/google.rpc.ErrorInfo');
  const retry = details.get('type.googleapis.com/google.rpc.RetryInfo');
  const delay = retry && readFields(retry.get(1)?.[0] as Uint8Array);
  return {
    code: Number(status.get(1)?.[0] ?? 0),
    message: text(status.get(2)?.[0]),
    errorInfo: info && { reason: text(info.get(1)?.[0]), domain: text(info.get(2)?.[0]) },
    retryDelay: delay && {
      seconds: Number(delay.get(1)?.[0] ?? 0),
      nanos: Number(delay.get(2)?.[0] ?? 0),
    },
    detailTypes: [...details.keys()],
  };
}
