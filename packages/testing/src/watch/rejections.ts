import { setImmediate } from 'node:timers/promises';

/**
 * Counts unhandled rejections while `run` runs and in the turn after it. The test runner does not see
 * them, so that only the contract check reports them.
 */
export async function unhandledRejectionsDuring(run: () => Promise<void>): Promise<number> {
  let unhandled = 0;
  const count = (): void => {
    unhandled += 1;
  };
  const others = process.rawListeners('unhandledRejection') as (() => void)[];
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', count);
  try {
    await run();
    await setImmediate();
  } finally {
    process.off('unhandledRejection', count);
    for (const other of others) process.on('unhandledRejection', other);
  }
  return unhandled;
}
