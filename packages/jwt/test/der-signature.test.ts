import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derSignature } from '../src/signature/der-signature.ts';

/** The elements one after the other, read with no help from what wrote them. */
function readElements(der: Buffer): readonly { readonly tag: number; readonly body: Buffer }[] {
  const elements: { tag: number; body: Buffer }[] = [];
  for (let at = 0; at < der.length;) {
    const [tag = 0, first = 0] = der.subarray(at, at + 2);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const bodyAt = at + 2 + lengthBytes;
    const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
    const body = der.subarray(bodyAt, bodyAt + length);
    expect(body).toHaveLength(length);
    elements.push({ tag, body });
    at = bodyAt + length;
  }
  return elements;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** The halves of signatures of every curve, with as many zeros before them as there may be. */
const halves = fc
  .tuple(fc.constantFrom(32, 48, 66), fc.nat(66), fc.nat(66))
  .chain(([length, zerosBeforeR, zerosBeforeS]) =>
    fc.tuple(
      ...[zerosBeforeR, zerosBeforeS].map((zeros) =>
        fc
          .uint8Array({ minLength: length, maxLength: length })
          .map((bytes) => bytes.fill(0, 0, zeros)),
      ),
    ),
  );

describe('an ECDSA signature in DER', () => {
  it('is a sequence of r and s, each in its shortest form and never negative', () => {
    fc.assert(
      fc.property(halves, (pair) => {
        const [sequence, ...after] = readElements(derSignature(Buffer.concat(pair)));
        expect(after).toEqual([]);
        expect(sequence?.tag).toBe(0x30);
        const total = sequence?.body.length ?? 0;
        const head = total < 0x80 ? 2 : 3;
        expect(derSignature(Buffer.concat(pair))).toHaveLength(head + total);
        const integers = readElements(sequence?.body ?? Buffer.alloc(0));
        expect(integers.map(({ tag }) => tag)).toEqual([2, 2]);
        for (const [index, { body }] of integers.entries()) {
          expect(toNumber(body)).toBe(toNumber(pair[index] ?? new Uint8Array(1)));
          const [first = 0, second = 0xff] = body;
          expect(first).toBeLessThan(0x80);
          if (body.length > 1) expect(first !== 0 || second >= 0x80).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('writes zero as one byte', () => {
    expect(derSignature(Buffer.alloc(64)).toString('hex')).toBe('3006020100020100');
  });
});
