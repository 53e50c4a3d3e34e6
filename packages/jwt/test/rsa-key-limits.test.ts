import { describe, expect, it } from 'vitest';
import { importKeySet } from '../src/index.ts';
import { createSigningKey } from './support/signing-key.ts';

const SMALL_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
].map(BigInt);

function encode(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}

/** The only reason why this key is left out; undefined where it is imported. */
function whyNot(n: string, e = 'AQAB'): string | undefined {
  const set = importKeySet({ keys: [{ kty: 'RSA', n, e }] });
  return set.size === 1 ? undefined : set.refused[0]?.why;
}

/** Odd, of exactly so many bits, and no ROCA modulus: 2 is no power of 65537 modulo 3 and 11. */
function modulusOf(bits: number): bigint {
  const least = 2n ** BigInt(bits - 1);
  const start = least + 1n;
  return start + ((2n - (start % 66n) + 66n) % 66n === 0n ? 0n : 2n);
}

const good = createSigningKey('RS256').jwk.n ?? '';

describe('the modulus of an RSA key', () => {
  it.each([2048, 2049, 3072, 4096, 8191, 8192])('can have %i bits', (bits) => {
    expect(whyNot(encode(modulusOf(bits)))).toBeUndefined();
  });

  it.each([
    [512, /fewer than 2048/],
    [1024, /fewer than 2048/],
    [2047, /fewer than 2048/],
    [8193, /more than 8192/],
    [16_384, /more than 8192/],
  ])('must not have %i bits', (bits, why) => {
    expect(whyNot(encode(modulusOf(bits)))).toMatch(why);
  });

  it('is not made longer by leading zeros', () => {
    const padded = Buffer.concat([
      Buffer.alloc(128),
      Buffer.from(encode(modulusOf(1024)), 'base64url'),
    ]);
    expect(whyNot(padded.toString('base64url'))).toMatch(/fewer than 2048/);
  });

  it('must be odd', () => {
    expect(whyNot(encode(modulusOf(2048) + 1n))).toMatch(/even/);
  });

  it.each([
    ['a megabyte', 'A'.repeat(1_048_576)],
    ['not base64url', `${good}=`],
    ['of the other alphabet', `+/${good.slice(2)}`],
    ['empty', ''],
  ])('must not be %s', (_, n) => {
    expect(whyNot(n)).toMatch(/n or e/);
  });
});

describe('the exponent of an RSA key', () => {
  it.each([3n, 17n, 65_537n, 2n ** 32n - 1n])('can be %s', (e) => {
    expect(whyNot(good, encode(e))).toBeUndefined();
  });

  it.each([
    ['0', 0n],
    ['1: every signature would be valid', 1n],
    ['2', 2n],
    ['even', 65_536n],
    ['beyond 2^32-1', 2n ** 32n + 1n],
    ['even and huge', 2n ** 64n],
    ['huge', 2n ** 2047n + 1n],
  ])('must not be %s', (_, e) => {
    expect(whyNot(good, encode(e))).toMatch(/exponent/);
  });

  it.each([
    ['', 'empty'],
    ['AQAB=', 'not base64url'],
    ['A'.repeat(1_048_576), 'a megabyte'],
  ])('must not be %#: empty, not base64url or a megabyte', (e) => {
    expect(whyNot(good, e)).toMatch(/n or e/);
  });
});

describe('CVE-2017-15361 (ROCA)', () => {
  /** As that chip made them, as far as a fingerprint can see: 65537^a mod M, and any multiple of M. */
  function rocaModulus(bits: number): bigint {
    const product = SMALL_PRIMES.reduce((all, prime) => all * prime, 2n);
    let power = 1n;
    for (let exponent = 0; exponent < 12_345; exponent += 1) power = (power * 65_537n) % product;
    const multiples = 2n ** BigInt(bits - 1) / product + 1n;
    return power + multiples * product;
  }

  it.each([2048, 3072, 4096])('is detected in a modulus of %i bits', (bits) => {
    const modulus = rocaModulus(bits);
    expect(modulus.toString(2)).toHaveLength(bits);
    expect(whyNot(encode(modulus))).toMatch(/ROCA/);
  });

  it('is not detected in a modulus next to such a one', () => {
    expect(whyNot(encode(rocaModulus(2048) + 2n))).toBeUndefined();
  });

  it('is not detected in new keys', () => {
    for (let round = 0; round < 5; round += 1) {
      expect(whyNot(createSigningKey('RS256').jwk.n ?? '')).toBeUndefined();
    }
  });
});
