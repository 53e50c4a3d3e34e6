import { setImmediate as nextTurn } from 'node:timers/promises';

/** A part of an event-loop turn so small that no contender defers work. */
const TURN_MS = 0.2;

/** Makes call number `index`; a rejection is thrown, rejected or returned as an Error. */
export type Call = (index: number) => unknown;

export interface Timed {
  readonly microseconds: number;
  readonly refused: number;
}

/**
 * Makes calls one after the other, a fixed number per turn of the event loop; the time between turns is not
 * counted. Calls reach a server in turns too, and the work per turn is limited (see the bursts). A
 * synchronous answer is not awaited.
 */
export async function timeCalls(call: Call, count: number, perTurn: number): Promise<Timed> {
  let refused = 0;
  let spentMs = 0;
  for (let done = 0; done < count; done += perTurn) {
    const end = Math.min(done + perTurn, count);
    const startMs = performance.now();
    for (let index = done; index < end; index += 1) {
      try {
        let answer = call(index);
        if (answer instanceof Promise) answer = await answer;
        if (answer instanceof Error || answer === false) refused += 1;
      } catch {
        refused += 1;
      }
    }
    spentMs += performance.now() - startMs;
    await nextTurn();
  }
  return { microseconds: (spentMs * 1000) / count, refused };
}

/** Like timeCalls, with a number of concurrent calls. */
export async function timeConcurrentCalls(
  call: Call,
  count: number,
  inFlight: number,
): Promise<Timed> {
  let next = 0;
  let refused = 0;
  const startMs = performance.now();
  async function work(): Promise<void> {
    while (next < count) {
      next += 1;
      try {
        if ((await call(next - 1)) instanceof Error) refused += 1;
      } catch {
        refused += 1;
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work));
  return { microseconds: ((performance.now() - startMs) * 1000) / count, refused };
}

/** The number of calls that fill such a part of a turn. */
export function callsPerTurn(count: number, sliceMs: number): number {
  return Math.max(1, Math.floor((count * TURN_MS) / sliceMs));
}

/**
 * Finds the number of calls that fill a slice of time by making them, enough to compile the code. At most
 * `most`, whatever the clock says.
 */
export async function callsPerSlice(call: Call, sliceMs: number, most: number): Promise<number> {
  let perTurn = 1;
  let count = 1;
  let spentMs = 0;
  let fitting = 1;
  while (spentMs < sliceMs * 3) {
    const { microseconds } = await timeCalls(call, count, perTurn);
    spentMs += (microseconds * count) / 1000;
    fitting = Math.floor((sliceMs * 1000) / microseconds);
    count = Math.min(count * 4, most);
    perTurn = callsPerTurn(fitting, sliceMs);
  }
  return Math.max(1, Math.min(fitting, most));
}
