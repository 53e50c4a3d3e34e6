import type { AuthError, AuthenticatorEvent, Clock } from '@grpc-authn/core/authenticator';
import { Listeners } from '@grpc-authn/core/internal';
import type { KeySet } from '@grpc-authn/jwt';
import { type ImportedKeySet, importPublicKeySet, type KeySource } from '@grpc-authn/jwt/internal';
import { RefreshedValue, type RefreshReason } from '@grpc-authn/provider';
import { KeyEventReporter, type Report } from './key-event-reporter.ts';
import type { KeyLoader } from './key-loader.ts';
import { KeyMissCoalescer } from './key-miss-coalescer.ts';

export interface RefreshingKeysOptions {
  readonly loader: KeyLoader;
  readonly clock: Clock;
  /** Milliseconds for which a set is current if its source gives no age. */
  readonly maxAgeMs: number;
  /** Milliseconds for which an outdated set is still used while no newer one can be loaded. */
  readonly staleIfErrorMs: number;
  readonly authenticator: string;
  readonly report: Report | undefined;
}

/** A key set that is refreshed in the background; a token that names an unknown key causes a look-up. */
export class RefreshingKeys implements KeySource {
  readonly #options: RefreshingKeysOptions;
  readonly #value: RefreshedValue<ImportedKeySet>;
  readonly #misses: KeyMissCoalescer;
  readonly #listeners = new Listeners<AuthenticatorEvent>();
  /** How many keys the last document contained. */
  #received = 0;

  constructor(options: RefreshingKeysOptions) {
    const { clock, staleIfErrorMs, authenticator } = options;
    this.#options = options;
    const reporter = new KeyEventReporter(authenticator, options.report);
    this.#misses = new KeyMissCoalescer(clock, () => void this.#value.refresh('lookUp'));
    this.#value = new RefreshedValue({
      clock,
      reason: 'jwks',
      staleIfErrorMs,
      ahead: true,
      load: (why) => this.#load(why),
      onRefreshed: ({ value, previous, recovered }) => {
        reporter.refreshed(value, this.#received, recovered);
        if (previous !== undefined && value.lacksSomeOf(previous)) {
          this.#listeners.emit({ type: 'keys_changed' });
        }
      },
      onFailed: (failure) => reporter.failed(failure),
      onSettled: (answer) => this.#misses.ended(answer),
    });
  }

  keys(): KeySet | AuthError | Promise<KeySet | AuthError> {
    return this.#value.get();
  }

  async lookUp(
    isFound: (keys: KeySet) => boolean,
    signal: AbortSignal,
  ): Promise<KeySet | AuthError> {
    return this.#value.paused ? this.#value.outage() : this.#misses.wait(isFound, signal);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#listeners.subscribe(listener);
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.#value.ready(signal);
  }

  async close(): Promise<void> {
    const closed = this.#value.close();
    this.#misses.close(this.#value.outage());
    // Ends a load that is in progress.
    await this.#options.loader.close();
    await closed;
  }

  async #load(why: RefreshReason): Promise<{ value: ImportedKeySet; maxAgeMs: number }> {
    this.#misses.began();
    const document = await this.#options.loader.load(why);
    this.#received = document.keys.length;
    return {
      value: importPublicKeySet(document),
      maxAgeMs: document.maxAgeMs ?? this.#options.maxAgeMs,
    };
  }
}
