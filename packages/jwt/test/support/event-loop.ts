import type { EventLoop } from '../../src/signature/verification-scheduler.ts';

/** Milliseconds that each signature takes on the fake event loop. */
export const SIGNATURE_MS = 0.64;
/** Signatures per turn: the third starts within the budget of 1.4 ms. */
export const SIGNATURES_PER_TURN = 3;

export interface FakeEventLoop extends EventLoop {
  /** Something takes so many milliseconds. */
  readonly work: (ms: number) => void;
  /** Runs the next turn. False if none was requested. */
  readonly turn: () => boolean;
  /** Runs turns until none is requested. */
  readonly runAll: () => void;
}

/**
 * An event loop whose time advances only by work(), and whose turns run on demand: what a turn has room for
 * does not depend on the machine.
 */
export function createFakeEventLoop(): FakeEventLoop {
  let nowMs = 0;
  const requested: (() => void)[] = [];
  const turn = (): boolean => {
    const [next, ...others] = requested.splice(0);
    if (others.length > 0) throw new Error('two turns were requested at once');
    next?.();
    return next !== undefined;
  };
  return {
    nowMs: () => nowMs,
    work: (ms) => void (nowMs += ms),
    nextTurn: (then) => void requested.push(then),
    turn,
    runAll() {
      for (let count = 0; turn(); count += 1) if (count > 10_000) throw new Error('endless');
    },
  };
}
