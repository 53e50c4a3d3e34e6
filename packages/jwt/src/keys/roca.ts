/**
 * CVE-2017-15361: moduli made by one vendor's chips are powers of 65537 modulo every small prime, and
 * can be factored. A good modulus has this property for all these primes less than once in 2^27.
 */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
const GENERATOR = 65_537;

/** For each prime, the remainders that powers of the generator can have. */
const FINGERPRINTS: readonly (readonly [bigint, ReadonlySet<number>])[] = PRIMES.map((prime) => {
  const remainders = new Set<number>();
  for (let power = 1; !remainders.has(power); power = (power * GENERATOR) % prime) {
    remainders.add(power);
  }
  return [BigInt(prime), remainders] as const;
});

export function isRocaModulus(modulus: bigint): boolean {
  return FINGERPRINTS.every(([prime, remainders]) => remainders.has(Number(modulus % prime)));
}
