import { channel, type Channel } from 'node:diagnostics_channel';
import type { AuthEvent } from './auth-event.ts';

// These names are API, and so is what each channel carries. Without a subscriber nothing is made for them.

/** Carries a Decision. */
export const decisionChannel: Channel = channel('grpc-authn:decision');
const eventChannel = channel('grpc-authn:event');
const cacheChannel = channel('grpc-authn:cache');
/** For the packages of this family: carries the callId when the handler of a call ends after the guard has ended the call. */
export const handlerEndChannel: Channel = channel('grpc-authn:handler-end');

/** What `grpc-authn:cache` carries: one look-up in the cache of `cached()`. */
export interface CacheLookup {
  /** The name of the authenticator. */
  readonly authenticator: string;
  /** `hit`: a cached principal; `negative`: a cached refusal; `miss`: neither. */
  readonly result: 'hit' | 'miss' | 'negative';
}

/** A context that notes whether the verdict is from a cache. No part of the public AuthenticationContext. */
export interface CacheObserver {
  cached: boolean | undefined;
}

/** The look-ups of one cache: each kind is made once. */
export class CacheReporter {
  readonly #hit: CacheLookup;
  readonly #miss: CacheLookup;
  readonly #negative: CacheLookup;

  constructor(authenticator: string) {
    this.#hit = Object.freeze({ authenticator, result: 'hit' });
    this.#miss = Object.freeze({ authenticator, result: 'miss' });
    this.#negative = Object.freeze({ authenticator, result: 'negative' });
  }

  hit(context: object): void {
    note(context, true, this.#hit);
  }

  negative(context: object): void {
    note(context, true, this.#negative);
  }

  miss(context: object): void {
    note(context, false, this.#miss);
  }
}

function note(context: object, cached: boolean, lookup: CacheLookup): void {
  if ('cached' in context) (context as CacheObserver).cached = cached;
  if (cacheChannel.hasSubscribers) cacheChannel.publish(lookup);
}

const published = new WeakSet<AuthEvent>();

/** An event that the loader of a config passes on is published once. */
export function publishEvent(event: AuthEvent): void {
  if (!eventChannel.hasSubscribers || published.has(event)) return;
  published.add(event);
  eventChannel.publish(Object.freeze(event));
}
