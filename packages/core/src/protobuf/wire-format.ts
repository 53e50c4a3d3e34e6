// The part of protobuf's wire format (protobuf.dev/programming-guides/encoding) that google.rpc.Status
// and our rules need. A library would cost more than half of the time that importing core takes (ADR 50).

/** One field as it was encoded. */
export interface Field {
  readonly number: number;
  /** A varint as a signed 64-bit integer, exact up to 2^53; bytes; undefined for a fixed-width field. */
  readonly value: number | Uint8Array | undefined;
  /** The whole field with its tag. */
  readonly encoded: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** A varint has at most ten bytes. */
const MAX_VARINT_BITS = 70n;

const utf8 = new TextEncoder();

/** A field: whole numbers from 0 to 2^53 - 1 as a varint, text and bytes with their length. */
export function encodeField(number: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === 'number') return concat([varint(number * 8 + VARINT), varint(value)]);
  const bytes = typeof value === 'string' ? utf8.encode(value) : value;
  return concat([varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

/** A message of these fields, in this order. */
export function encodeMessage(...fields: readonly Uint8Array[]): Uint8Array {
  return concat(fields);
}

/**
 * The fields of a message, in order.
 *
 * @throws RangeError if the bytes end within a field, and for groups, which proto3 does not have.
 */
export function decodeFields(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;
  const skip = (length: number): Uint8Array => {
    if (!(length <= bytes.length - at)) throw new RangeError('protobuf: truncated');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const readVarint = (): number => {
    let result = 0n;
    for (let shift = 0n; shift < MAX_VARINT_BITS; shift += 7n) {
      const [byte = 0] = skip(1);
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, result));
    }
    throw new RangeError('protobuf: a varint of more than ten bytes');
  };
  const readValue = (wireType: number): Field['value'] => {
    if (wireType === VARINT) return readVarint();
    if (wireType === LENGTH_DELIMITED) {
      const length = readVarint();
      if (length < 0) throw new RangeError('protobuf: a negative length');
      return skip(length);
    }
    if (wireType !== FIXED64 && wireType !== FIXED32) throw new RangeError('protobuf: a group');
    skip(wireType === FIXED64 ? 8 : 4);
    return undefined;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = readVarint();
    const value = readValue(tag & 7);
    fields.push({ number: Math.floor(tag / 8), value, encoded: bytes.subarray(start, at) });
  }
  return fields;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.from([...bytes, rest]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
