import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The longest time, in milliseconds, in which nothing else ran while `run` did; printed, never judged. */
export async function printLoopGap(what: string, run: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await run();
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  process.stdout.write(`loop gap, ${what}: ${(delay.max / 1e6).toFixed(1)} ms\n`);
}
