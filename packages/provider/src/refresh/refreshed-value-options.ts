import type { AuthError, Clock } from '@grpc-authn/core/authenticator';

/** `lookUp`: calls wait for something that the current value does not contain. */
export type RefreshReason = 'refresh' | 'lookUp';

export interface Loaded<T> {
  readonly value: T;
  /** Milliseconds for which the value is current. */
  readonly maxAgeMs: number;
}

/** A load replaced the value. */
export interface Refreshed<T> {
  readonly value: T;
  readonly previous: T | undefined;
  /** True if the load before this one failed. */
  readonly recovered: boolean;
}

/** A load failed. */
export interface RefreshFailure {
  readonly error: unknown;
  /** Milliseconds until the next attempt. */
  readonly retryInMs: number;
  /** Whether an earlier value exists. */
  readonly hasValue: boolean;
}

export interface RefreshedValueOptions<T extends object> {
  readonly clock: Clock;
  /** The reason of the `unavailable` errors, unless the load rejects with an AuthError of its own. */
  readonly reason: 'jwks' | 'discovery';
  /** Loads a new value. It applies its own time limit: no caller's signal ends it. */
  load(why: RefreshReason): Promise<Loaded<T>>;
  /** Milliseconds for which an outdated value is still used while no newer one can be loaded. */
  readonly staleIfErrorMs: number;
  /** Refresh by a timer, ahead of the value's age. Default false: the next `get` refreshes. */
  readonly ahead?: boolean;
  /** The longest delay between two attempts during an outage, in milliseconds. Default 60,000. */
  readonly maxBackOffMs?: number;
  readonly onRefreshed?: (refreshed: Refreshed<T>) => void;
  readonly onFailed?: (failure: RefreshFailure) => void;
  /** Called with the result when a load ends; a new load may start from inside the callback. */
  readonly onSettled?: (answer: T | AuthError) => void;
}
