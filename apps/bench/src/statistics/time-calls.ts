import { setImmediate as nextTurn } from 'node:timers/promises';

/** So little of a turn of the event loop that no contender puts anything off. */
const TURN_MS = 0.2;

/** Does call number `index`; a refusal is thrown, rejected or returned as an Error. */
export type Call = (index: number) => unknown;

export interface Timed {
  readonly microseconds: number;
  readonly refused: number;
}

/**
 * One after the other, so many in a turn of the event loop; the turns between are not counted. Calls
 * come in turns to a server too, and what one may take of a turn is limited (the bursts show how).
 * An answer that is there at once is not waited for.
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

/** As timeCalls, with so many under way at once. */
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

/** Of the calls that fill a slice, how many fill so little of a turn that nobody puts any off. */
export function callsPerTurn(count: number, sliceMs: number): number {
  return Math.max(1, Math.floor((count * TURN_MS) / sliceMs));
}

/**
 * How many calls fill a slice of time, found by making them: enough of them that the code is hot. At
 * most `most`, whatever the clock says.
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
