import { setImmediate } from 'node:timers/promises';

/**
 * How many rejections nobody listened to while `run` ran and a turn after it. The runner does not hear of
 * them, so that each is told once, by the law that it breaks.
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
