import { AsyncResource } from 'node:async_hooks';
import { AuthError, ConfigError } from '@grpc-authn/core/authenticator';
import { rejectOnAbort } from '@grpc-authn/core/internal';
import { ProviderError } from '../provider-error.ts';
import { BackOff } from './back-off.ts';
import type { Loaded, RefreshedValueOptions, RefreshReason } from './refreshed-value-options.ts';

type Reason = AuthError<'unavailable'>['reason'];

interface Current<T> {
  readonly value: T;
  readonly loadedAtMs: number;
  readonly maxAgeMs: number;
}

/** With `ahead`, a refresh begins after 75 to 90 % of the age, at random: servers spread their load. */
const AHEAD = { least: 0.75, spread: 0.15 };

/**
 * A value that a provider publishes and that changes: a key set, metadata. One load at a time serves all
 * callers. During an outage the last value is used while the stale rule allows it, and the provider is
 * asked again with a back-off, never once for each call.
 */
export class RefreshedValue<T extends object> {
  readonly #options: RefreshedValueOptions<T>;
  readonly #backOff: BackOff;
  /** A load serves all callers, so it runs in no caller's async context. */
  readonly #scope = new AsyncResource('grpc-authn.RefreshedValue');
  #current: Current<T> | undefined;
  #loading: Promise<T | AuthError> | undefined;
  #cancelTimer: (() => void) | undefined;
  #failure: { readonly reason: Reason; readonly cause: unknown } | undefined;
  #closed = false;

  constructor(options: RefreshedValueOptions<T>) {
    this.#options = options;
    this.#backOff = new BackOff(options.maxBackOffMs);
  }

  /**
   * Returns the current or stale value synchronously if there is one; otherwise a promise of the load. A
   * stale value starts a load in the background. The result is `unavailable` during an outage without a
   * usable value, and after close().
   */
  get(): T | AuthError | Promise<T | AuthError> {
    if (this.#closed) return this.outage();
    const current = this.#current;
    if (current !== undefined && this.ageMs < current.maxAgeMs) return current.value;
    const loading = this.#loading === undefined && this.paused ? this.outage() : this.refresh();
    return this.peek() ?? loading;
  }

  /** The value while it may be used: for its age, and then for `staleIfErrorMs`. Never loads. */
  peek(): T | undefined {
    const current = this.#current;
    if (this.#closed || current === undefined) return undefined;
    return this.ageMs < current.maxAgeMs + this.#options.staleIfErrorMs ? current.value : undefined;
  }

  /** Milliseconds since the value was loaded; infinite without one. */
  get ageMs(): number {
    const { loadedAtMs = Number.NEGATIVE_INFINITY } = this.#current ?? {};
    return this.#options.clock.nowMs() - loadedAtMs;
  }

  /** True while no load should begin: during the back-off, and after close(). */
  get paused(): boolean {
    return this.#closed || this.#backOff.remainingMs(this.#options.clock.nowMs()) > 0;
  }

  /** Loads now, whatever the age and the back-off. Joins a load that is in progress. */
  refresh(why: RefreshReason = 'refresh'): Promise<T | AuthError> {
    if (this.#closed) return Promise.resolve(this.outage());
    this.#loading ??= this.#scope.runInAsyncScope(() => this.#load(why));
    return this.#loading;
  }

  /**
   * @throws AuthError `unavailable`; ConfigError if the configuration is wrong, not the provider; the signal's
   *   reason if it is aborted first.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const loading = Promise.resolve(this.get());
    const answer = await (signal === undefined ? loading : rejectOnAbort(loading, signal));
    if (AuthError.is(answer)) throw answer.cause instanceof ConfigError ? answer.cause : answer;
  }

  /** `unavailable`, with the cause of the last failure and the time until the next attempt. */
  outage(): AuthError {
    const retryAfterMs = this.#backOff.remainingMs(this.#options.clock.nowMs());
    const { reason = this.#options.reason, cause } = this.#failure ?? {};
    return new AuthError('unavailable', reason, { retryAfterMs, cause });
  }

  /** Final: the value is not used any more and nothing is loaded. Resolves when the last load ends. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#loading;
  }

  async #load(why: RefreshReason): Promise<T | AuthError> {
    let answer: T | AuthError;
    try {
      const loaded = await this.#options.load(why);
      answer = this.#closed ? this.outage() : this.#accept(loaded);
    } catch (error) {
      answer = this.#fail(error);
    }
    this.#loading = undefined;
    this.#options.onSettled?.(answer);
    return answer;
  }

  #accept({ value, maxAgeMs }: Loaded<T>): T {
    const { clock, ahead = false, onRefreshed } = this.#options;
    const previous = this.#current?.value;
    const recovered = this.#backOff.failing;
    this.#current = { value, maxAgeMs, loadedAtMs: clock.nowMs() };
    this.#backOff.succeeded();
    this.#failure = undefined;
    if (ahead) this.#refreshIn(maxAgeMs * (AHEAD.least + AHEAD.spread * Math.random()));
    onRefreshed?.({ value, previous, recovered });
    return value;
  }

  #fail(error: unknown): AuthError {
    const { clock, ahead = false, reason, onFailed } = this.#options;
    const isAuthError = AuthError.is(error) && error.code === 'unavailable';
    const cause = isAuthError ? error.cause : error;
    this.#failure = { reason: isAuthError ? (error.reason as Reason) : reason, cause };
    const retryAfterMs = cause instanceof ProviderError ? cause.retryAfterMs : undefined;
    const retryInMs = this.#backOff.failed(clock.nowMs(), retryAfterMs);
    if (!this.#closed) {
      if (ahead) this.#refreshIn(retryInMs);
      onFailed?.({ error: cause, retryInMs, hasValue: this.#current !== undefined });
    }
    return this.outage();
  }

  #refreshIn(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.setTimer(ms, () => void this.refresh());
  }
}
