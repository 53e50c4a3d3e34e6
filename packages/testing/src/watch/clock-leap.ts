/** How far the clocks of the process are ahead, in milliseconds. */
export interface ClockLeap {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Runs synchronous code while the clocks of the process show another time. */
export function withClockLeap<T>({ wallMs, monotonicMs }: ClockLeap, run: () => T): T {
  const undo = [
    replace(Date, 'now', (now: number) => now + wallMs),
    replace(performance, 'now', (now: number) => now + monotonicMs),
    replace(process.hrtime, 'bigint', (now: bigint) => now + BigInt(monotonicMs) * 1_000_000n),
  ];
  try {
    return run();
  } finally {
    for (const restore of undo) restore();
  }
}

function replace<M extends string, N>(
  clock: Record<M, () => N>,
  method: M,
  leap: (now: N) => N,
): () => void {
  const own = Object.getOwnPropertyDescriptor(clock, method);
  const original = clock[method].bind(clock);
  Object.defineProperty(clock, method, {
    ...own,
    value: () => leap(original()),
    configurable: true,
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(clock, method);
    else Object.defineProperty(clock, method, own);
  };
}
