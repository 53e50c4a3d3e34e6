import { setImmediate } from 'node:timers/promises';

/** The rejections that nobody listened to while `run` ran, and one turn of the event loop after it. */
export async function unhandledRejectionsDuring(run: () => unknown): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  try {
    await run();
    await setImmediate();
  } finally {
    process.off('unhandledRejection', listen);
  }
  return unhandled;
}
