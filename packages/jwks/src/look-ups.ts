import { AuthError, type Clock } from '@grpc-authn/core/authenticator';
import type { KeySet } from '@grpc-authn/jwt';
import { TokenBucket } from './token-bucket.ts';

/** No more calls wait for a look-up at once. */
const MOST_WAITING = 1000;
/** Two look-ups at once, then one a second: a flood of made-up `kid`s costs the provider no more. */
const BURST = 2;
const REFILL_MS = 1000;

interface Waiter {
  /** How many loads had begun when the call came: only a later one can tell that its key is unknown. */
  readonly begunBefore: number;
  readonly isFound: (keys: KeySet) => boolean;
  readonly answer: (keys: KeySet | AuthError) => void;
}

/**
 * Calls whose key is not in the set wait here for one shared look-up. Nothing is remembered of the
 * `kid`s that were asked for, so that none can be poisoned: what counts is whether a load began after
 * the call came.
 */
export class LookUps {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #load: () => void;
  readonly #waiting = new Set<Waiter>();
  #begun = 0;
  #loading = false;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, load: () => void) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(BURST, REFILL_MS, clock.nowMs());
    this.#load = load;
  }

  wait(isFound: (keys: KeySet) => boolean, signal: AbortSignal): Promise<KeySet | AuthError> {
    if (this.#waiting.size >= MOST_WAITING) {
      const retryAfterMs = REFILL_MS;
      return Promise.resolve(new AuthError('unavailable', 'overloaded', { retryAfterMs }));
    }
    return new Promise((resolve) => {
      const leave = (): void => waiter.answer(new AuthError('unavailable', 'timeout'));
      const waiter: Waiter = {
        begunBefore: this.#begun,
        isFound,
        answer: (keys) => {
          this.#waiting.delete(waiter);
          signal.removeEventListener('abort', leave);
          resolve(keys);
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) return leave();
      this.#pump();
    });
  }

  /** Any load began: a scheduled one serves those who wait as well. */
  began(): void {
    this.#begun += 1;
    this.#loading = true;
  }

  /** The load that began last ended. An outage answers everybody: nobody can be told "unknown". */
  ended(keys: KeySet | AuthError): void {
    this.#loading = false;
    for (const waiter of this.#waiting) {
      const decided = waiter.begunBefore < this.#begun;
      if (AuthError.is(keys) || decided || waiter.isFound(keys)) waiter.answer(keys);
    }
    this.#pump();
  }

  /** Nobody waits any longer. */
  close(error: AuthError): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const waiter of this.#waiting) waiter.answer(error);
  }

  #pump(): void {
    if (this.#loading || this.#waiting.size === 0 || this.#cancelTimer !== undefined) return;
    const nowMs = this.#clock.nowMs();
    if (this.#bucket.take(nowMs)) return this.#load();
    this.#cancelTimer = this.#clock.setTimer(this.#bucket.waitMs(nowMs), () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }
}
