import { AssertionError } from 'node:assert/strict';

/** Fails a check: what the contract expects, what happened, and what its author can do. */
export function failCheck(expected: string, received: string, advice: string): never {
  throw new AssertionError({
    message: `expected ${expected}, received ${received}. ${advice}`,
    stackStartFn: failCheck,
  });
}
