import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFields, encodeField, encodeMessage } from '../../src/protobuf/wire-format.ts';

const numbers = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const wholes = fc.maxSafeNat();
const texts = fc.string({ unit: 'grapheme' });
const blobs = fc.uint8Array({ maxLength: 300 });

describe('a field', () => {
  it('has the bytes that @bufbuild/protobuf writes', () => {
    fc.assert(
      fc.property(numbers, wholes, texts, blobs, (number, whole, text, blob) => {
        const writer = new BinaryWriter();
        writer.tag(number, WireType.Varint).int64(whole);
        writer.tag(number, WireType.LengthDelimited).string(text);
        writer.tag(number, WireType.LengthDelimited).bytes(blob);
        const ours = [whole, text, blob].map((value) => encodeField(number, value));
        expect(encodeMessage(...ours)).toEqual(writer.finish());
      }),
    );
  });

  it.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'with the number %d is read as it was written',
    (whole) => {
      const [field] = decodeFields(encodeField(1, whole));
      expect(field).toMatchObject({ number: 1, value: whole });
    },
  );

  it('that is negative or of a fixed width is read, or skipped, like the library does', () => {
    const bytes = new BinaryWriter()
      .tag(1, WireType.Varint)
      .int64(-5)
      .tag(2, WireType.Bit64)
      .double(1.5)
      .tag(3, WireType.Bit32)
      .float(1.5)
      .tag(4, WireType.LengthDelimited)
      .string('last')
      .finish();
    const fields = decodeFields(bytes);
    expect(fields.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(fields[0]?.value).toBe(-5);
    expect(fields.slice(1, 3).map(({ value }) => value)).toEqual([undefined, undefined]);
    expect(encodeMessage(...fields.map(({ encoded }) => encoded))).toEqual(bytes);
  });
});

describe('bytes that are not a message', () => {
  it('never end in anything but fields or a RangeError, and fields are what the library reads', () => {
    fc.assert(
      fc.property(blobs, (bytes) => {
        let fields;
        try {
          fields = decodeFields(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(encodeMessage(...fields.map(({ encoded }) => encoded))).toEqual(bytes);
        for (const { number, value, encoded } of fields) {
          // The library refuses field numbers that no .proto can have.
          if (number < 1 || number >= 2 ** 29 || !(value instanceof Uint8Array)) continue;
          const reader = new BinaryReader(encoded);
          expect(reader.tag()).toEqual([number, WireType.LengthDelimited]);
          expect(reader.bytes()).toEqual(value);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a text that is cut off', [0x0a, 0x05, 0x61]],
    ['a length without an end', [0x0a, 0xff]],
    ['a length beyond the bytes', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a negative length', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a varint of eleven bytes', [0x08, ...Array.from({ length: 10 }, () => 0x80), 0x01]],
    ['a fixed-width field that is cut off', [0x09, 0, 0, 0]],
    ['a group', [0x0b, 0x0c]],
  ])('such as %s are refused', (_, bytes) => {
    expect(() => decodeFields(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});
