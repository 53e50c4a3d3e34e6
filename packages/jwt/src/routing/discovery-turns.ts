import { AsyncResource } from 'node:async_hooks';
import { AuthError, type AuthenticationContext, type Clock } from '@grpc-authn/core/authenticator';
import { FairQueue, queueKeysOf, Waiter } from '@grpc-authn/core/internal';

const MAX_PER_SECOND = 5;
const SECOND_MS = 1000;
/** For calls without a guard. A guard's `limits.maxWaiting` raises it for the guard's own calls. */
const MAX_WAITING = 16_384;

/** The first use of an authenticator, which makes it discover its provider. */
export class Discovery {
  hasBegun = false;
  readonly waiting: Set<Waiter<WaitingCall>> = new Set();
}

interface WaitingCall {
  readonly discovery: Discovery;
  readonly settle: (refusal: AuthError | undefined) => void;
}

type Call = Pick<AuthenticationContext, 'peer' | 'signal'>;

/**
 * Starts at most five discoveries in any second. Calls that wait for one are in a FairQueue, so that forged
 * issuers of one peer do not delay the tenants of another; all calls of one issuer share its discovery.
 */
export class DiscoveryTurns {
  readonly #clock: Clock;
  readonly #queue = new FairQueue<WaitingCall>({ maxWaiting: MAX_WAITING });
  /** The timer serves all callers, so it runs in no caller's async context. */
  readonly #scope = new AsyncResource('grpc-authn.DiscoveryTurns');
  /** When the last five began, oldest first. */
  #begunMs: readonly number[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined if the call may go on. Otherwise a promise, which resolves when it may, or to a refusal. */
  take(discovery: Discovery, call: Call): Promise<AuthError | undefined> | undefined {
    if (discovery.hasBegun) return undefined;
    if (this.#queue.size > 0 || this.#waitMs() > 0) return this.#wait(discovery, call);
    this.#begin(discovery);
    return undefined;
  }

  /** Refuses all that wait. */
  close(): void {
    this.#cancelTimer?.();
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      next.value.settle(new AuthError('unavailable', 'provider'));
    }
  }

  #wait(discovery: Discovery, call: Call): Promise<AuthError | undefined> {
    const { signal } = call;
    const keys = queueKeysOf(call);
    return new Promise((resolve) => {
      const aborted = (): void => settle(new AuthError('unavailable', 'timeout'));
      const settle = (refusal: AuthError | undefined): void => {
        this.#queue.remove(waiter);
        discovery.waiting.delete(waiter);
        signal.removeEventListener('abort', aborted);
        resolve(refusal);
      };
      const waiter = new Waiter<WaitingCall>(keys, { discovery, settle });
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted);
      discovery.waiting.add(waiter);
      const displaced = this.#queue.add(waiter);
      const retryAfterMs = SECOND_MS;
      displaced?.value.settle(new AuthError('unavailable', 'overloaded', { retryAfterMs }));
      this.#setTimer();
    });
  }

  #begin(discovery: Discovery): void {
    this.#begunMs = [...this.#begunMs.slice(1 - MAX_PER_SECOND), this.#clock.nowMs()];
    discovery.hasBegun = true;
    for (const waiter of discovery.waiting) waiter.value.settle(undefined);
  }

  #serve(): void {
    while (this.#queue.size > 0 && this.#waitMs() === 0) {
      const next = this.#queue.take();
      if (next !== undefined) this.#begin(next.value.discovery);
    }
    this.#setTimer();
  }

  #setTimer(): void {
    if (this.#queue.size === 0 || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.#scope.runInAsyncScope(() =>
      this.#clock.setTimer(this.#waitMs(), () => {
        this.#cancelTimer = undefined;
        this.#serve();
      }),
    );
  }

  #waitMs(): number {
    const nowMs = this.#clock.nowMs();
    // A clock that was set back must not stop discoveries.
    if (nowMs < (this.#begunMs.at(-1) ?? 0)) this.#begunMs = [];
    const [first = 0] = this.#begunMs;
    return this.#begunMs.length < MAX_PER_SECOND ? 0 : Math.max(0, first + SECOND_MS - nowMs);
  }
}
