/** How far the clocks of the process are ahead, in milliseconds. */
interface Leap {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Runs synchronous code while the clocks of the process show another time. */
export function withLeap<T>({ wallMs, monotonicMs }: Leap, run: () => T): T {
  const { hrtime } = process;
  const bigint = hrtime.bigint;
  const wall = Date.now;
  const monotonic = performance.now;
  Date.now = () => wall() + wallMs;
  performance.now = () => monotonic.call(performance) + monotonicMs;
  hrtime.bigint = () => bigint() + BigInt(monotonicMs) * 1_000_000n;
  try {
    return run();
  } finally {
    Date.now = wall;
    performance.now = monotonic;
    hrtime.bigint = bigint;
  }
}
