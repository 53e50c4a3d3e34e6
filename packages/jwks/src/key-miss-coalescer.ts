import { AuthError, type Clock } from '@grpc-authn/core/authenticator';
import type { KeySet } from '@grpc-authn/jwt';
import { TokenBucket } from './token-bucket.ts';

/** Calls that may wait for a look-up at once. */
const MAX_WAITING = 1000;
/** Two look-ups immediately, then one per second: the limit for a flood of made-up `kid`s. */
const BURST = 2;
const REFILL_MS = 1000;

interface Waiter {
  /** Loads that had begun when the call arrived: only a later one proves that its key is unknown. */
  readonly begunBefore: number;
  readonly isFound: (keys: KeySet) => boolean;
  readonly answer: (keys: KeySet | AuthError) => void;
}

/**
 * Calls whose key is not in the set share one look-up. No `kid` is remembered, so that none can be
 * poisoned: what counts is whether a load began after the call arrived.
 */
export class KeyMissCoalescer {
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

  /** The key set in which the key is found, or the one that proves that it is unknown. */
  wait(isFound: (keys: KeySet) => boolean, signal: AbortSignal): Promise<KeySet | AuthError> {
    if (this.#waiting.size >= MAX_WAITING) {
      const retryAfterMs = REFILL_MS;
      return Promise.resolve(new AuthError('unavailable', 'overloaded', { retryAfterMs }));
    }
    return new Promise((resolve) => {
      const aborted = (): void => waiter.answer(new AuthError('unavailable', 'timeout'));
      const waiter: Waiter = {
        begunBefore: this.#begun,
        isFound,
        answer: (keys) => {
          this.#waiting.delete(waiter);
          signal.removeEventListener('abort', aborted);
          resolve(keys);
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) return aborted();
      this.#startLookUp();
    });
  }

  /** A load began. Scheduled refreshes count too. */
  began(): void {
    this.#begun += 1;
    this.#loading = true;
  }

  /** The load ended. An outage answers every waiter: it proves no key unknown. */
  ended(keys: KeySet | AuthError): void {
    this.#loading = false;
    for (const waiter of this.#waiting) {
      const decided = waiter.begunBefore < this.#begun;
      if (AuthError.is(keys) || decided || waiter.isFound(keys)) waiter.answer(keys);
    }
    this.#startLookUp();
  }

  /** Answers every waiter with the error. */
  close(error: AuthError): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const waiter of this.#waiting) waiter.answer(error);
  }

  /** As soon as the bucket allows it, if calls wait and nothing is being loaded. */
  #startLookUp(): void {
    if (this.#loading || this.#waiting.size === 0 || this.#cancelTimer !== undefined) return;
    const nowMs = this.#clock.nowMs();
    if (this.#bucket.take(nowMs)) return this.#load();
    this.#cancelTimer = this.#clock.setTimer(this.#bucket.waitMs(nowMs), () => {
      this.#cancelTimer = undefined;
      this.#startLookUp();
    });
  }
}
