import { AssertionError } from 'node:assert/strict';

/** Fails a check: what the contract expects, what happened, and what its author can do. */
export function failCheck(
  expected: string,
  received: string,
  advice: string,
  cause?: unknown,
): never {
  const message = `expected ${expected}, received ${received}. ${advice}`;
  const error = new AssertionError({ message, stackStartFn: failCheck });
  if (cause !== undefined) error.cause = cause;
  throw error;
}

/** Fails a check unless the condition is true. */
export function assertThat(
  condition: boolean,
  expected: string,
  received: string,
  advice: string,
): asserts condition {
  if (!condition) failCheck(expected, received, advice);
}

/** Fails a check if `run` throws or rejects. The error is the cause. */
export async function assertSucceeds(
  run: () => unknown,
  expected: string,
  advice: string,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const name = error instanceof Error ? `an error named ${error.name}` : 'an exception';
    failCheck(expected, name, advice, error);
  }
}
