import { AsyncResource } from 'node:async_hooks';
import { AuthError, type AuthenticatorEvent, type Clock } from '@grpc-authn/core/authenticator';
import { rejectOnAbort } from '@grpc-authn/core/internal';
import { ProviderError } from '@grpc-authn/provider';
import type { KeySet } from '@grpc-authn/jwt';
import { type ImportedKeySet, importPublicKeySet, type KeySource } from '@grpc-authn/jwt/internal';
import { BackOff } from './back-off.ts';
import type { KeyDocument, KeyLoader } from './key-loader.ts';
import { KeyReports, type Report } from './key-reports.ts';
import { LookUps } from './look-ups.ts';

export interface RefreshingKeysOptions {
  readonly loader: KeyLoader;
  readonly clock: Clock;
  /** How long a set counts as current where its source does not say. */
  readonly maxAgeMs: number;
  /** How much longer the last good set serves while no newer one can be had. */
  readonly staleIfErrorMs: number;
  readonly authenticator: string;
  readonly report: Report | undefined;
}

interface Current {
  readonly keys: ImportedKeySet;
  readonly staleAtMs: number;
}

/** A refresh comes when between three and nine tenths of a quarter of the age are left. */
const REFRESH_AT = { least: 0.75, spread: 0.15 };

/**
 * Keys that are kept current: one load at a time, whoever asks; refreshed in the background ahead of
 * their age; each load replaces the set. While the source is down the last good set serves on, and the
 * source is asked again with a back-off, never for each call.
 */
export class RefreshingKeys implements KeySource {
  readonly #options: RefreshingKeysOptions;
  readonly #reports: KeyReports;
  readonly #lookUps: LookUps;
  readonly #backOff = new BackOff();
  /** A load serves everybody, so it runs in nobody's async context. */
  readonly #scope = new AsyncResource('grpc-authn.RefreshingKeys');
  readonly #listeners = new Set<(event: AuthenticatorEvent) => void>();
  #current: Current | undefined;
  #loading: Promise<KeySet | AuthError> | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Why there is nothing newer, while the source is down. */
  #failure: { readonly reason: 'jwks' | 'discovery'; readonly cause: unknown } | undefined;
  #closed = false;

  constructor(options: RefreshingKeysOptions) {
    this.#options = options;
    this.#reports = new KeyReports(options.authenticator, options.report);
    this.#lookUps = new LookUps(options.clock, () => void this.#load('lookUp'));
  }

  keys(): KeySet | AuthError | Promise<KeySet | AuthError> {
    const current = this.#current;
    if (this.#closed) return this.#outage();
    if (current === undefined) return this.#loadUnlessFailing();
    const overdueMs = this.#options.clock.nowMs() - current.staleAtMs;
    if (overdueMs < 0) return current.keys;
    // A process that slept, or a timer that was late.
    const loading = this.#loadUnlessFailing();
    return overdueMs < this.#options.staleIfErrorMs ? current.keys : loading;
  }

  async lookUp(
    isFound: (keys: KeySet) => boolean,
    signal: AbortSignal,
  ): Promise<KeySet | AuthError> {
    const down = this.#closed || this.#backOff.remainingMs(this.#options.clock.nowMs()) > 0;
    return down ? this.#outage() : this.#lookUps.wait(isFound, signal);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const loading = Promise.resolve(this.keys());
    const keys = await (signal === undefined ? loading : rejectOnAbort(loading, signal));
    if (AuthError.is(keys)) throw keys;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#lookUps.close(this.#outage());
    await this.#options.loader.close();
    await this.#loading;
  }

  #loadUnlessFailing(): AuthError | Promise<KeySet | AuthError> {
    const waitMs = this.#backOff.remainingMs(this.#options.clock.nowMs());
    return waitMs > 0 && this.#loading === undefined ? this.#outage() : this.#load('refresh');
  }

  /** Single flight. It serves everybody, so nobody's signal ends it; the loader has a time limit. */
  #load(why: 'refresh' | 'lookUp'): Promise<KeySet | AuthError> {
    this.#loading ??= this.#scope.runInAsyncScope(() => this.#run(why));
    return this.#loading;
  }

  async #run(why: 'refresh' | 'lookUp'): Promise<KeySet | AuthError> {
    this.#lookUps.began();
    let answer: KeySet | AuthError;
    try {
      const document = await this.#options.loader.load(why);
      answer = this.#closed ? this.#outage() : this.#accept(document);
    } catch (error) {
      answer = this.#fail(error);
    }
    this.#loading = undefined;
    this.#lookUps.ended(answer);
    return answer;
  }

  #accept(document: KeyDocument): KeySet {
    const { clock } = this.#options;
    const keys = importPublicKeySet(document);
    const earlier = this.#current?.keys;
    const ageMs = document.maxAgeMs ?? this.#options.maxAgeMs;
    this.#current = { keys, staleAtMs: clock.nowMs() + ageMs };
    this.#reports.refreshed(keys, document.keys.length, this.#backOff.failing);
    this.#backOff.succeeded();
    this.#failure = undefined;
    this.#loadIn(ageMs * (REFRESH_AT.least + REFRESH_AT.spread * Math.random()));
    if (earlier !== undefined && keys.lacksSomeOf(earlier)) this.#tell({ type: 'keys_changed' });
    return keys;
  }

  #fail(error: unknown): AuthError {
    const nowMs = this.#options.clock.nowMs();
    const isAuthError = AuthError.is(error);
    const cause = isAuthError ? error.cause : error;
    const reason = isAuthError && error.reason === 'discovery' ? 'discovery' : 'jwks';
    this.#failure = { reason, cause };
    const asked = cause instanceof ProviderError ? cause.retryAfterMs : undefined;
    const waitMs = this.#backOff.failed(nowMs, asked);
    if (!this.#closed) {
      this.#reports.failed(cause, waitMs, this.#current !== undefined);
      this.#loadIn(waitMs);
    }
    return this.#outage();
  }

  #loadIn(ms: number): void {
    this.#cancelTimer?.();
    if (this.#closed) return;
    this.#cancelTimer = this.#options.clock.setTimer(ms, () => void this.#load('refresh'));
  }

  #outage(): AuthError {
    const retryAfterMs = this.#backOff.remainingMs(this.#options.clock.nowMs());
    const { reason = 'jwks', cause } = this.#failure ?? {};
    return new AuthError('unavailable', reason, { retryAfterMs, cause });
  }

  #tell(event: AuthenticatorEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // One listener's fault keeps the event from no other.
      }
    }
  }
}
