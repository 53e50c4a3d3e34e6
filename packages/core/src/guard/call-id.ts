import { randomUUID } from 'node:crypto';

/** The random part: 86 bits of a UUID. What follows it counts in nine digits, which are hexadecimal digits, too. */
const PREFIX_LENGTH = 27;
const FIRST = 100_000_000;
const LAST = 999_999_999;

let prefix = '';
let last = LAST;

/** Unique, in the format of a UUID. Not a secret: it ends with a counter. Costs a fifth of a random UUID. */
export function nextCallId(): string {
  if (last === LAST) {
    prefix = randomUUID().slice(0, PREFIX_LENGTH);
    last = FIRST - 1;
  }
  last += 1;
  return prefix + last;
}
