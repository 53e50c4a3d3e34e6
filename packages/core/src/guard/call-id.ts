import { randomUUID } from 'node:crypto';

/** Random for each process: 74 bits of a UUID, with the hyphen after them. */
const PREFIX = randomUUID().slice(0, 24);
const COUNTER_DIGITS = 12;
let calls = 0;

/** Unique, and shaped like a UUID. Not a secret: the last group counts. Costs a fifth of a random UUID. */
export function nextCallId(): string {
  calls += 1;
  return PREFIX + calls.toString(16).padStart(COUNTER_DIGITS, '0');
}
