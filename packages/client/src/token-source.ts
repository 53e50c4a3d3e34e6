import { type AccessToken, checkAccessToken } from './access-token.ts';
import { Pace } from './pace.ts';
import {
  readRenewalOptions,
  type RenewalOptions,
  type RenewalSettings,
} from './renewal-options.ts';
import { TokenUnavailableError } from './token-unavailable-error.ts';

/** Where calls get their token. */
export interface TokenSource {
  /**
   * The current token. Requests one if there is none, or if it has expired or was invalidated. All callers wait
   * for the same request; one that aborts does not affect the others.
   *
   * @throws TokenUnavailableError if no token can be had; the signal's reason if it is aborted.
   */
  get(options?: { readonly signal?: AbortSignal }): Promise<AccessToken>;
  /**
   * A server refused this token, so the next `get()` renews it: at most once in 10 s, and less often after three
   * tokens in a row that were refused while they were new. Until then the token is used.
   */
  invalidate(token: AccessToken): void;
  /** Final: pending requests are aborted, and `get()` rejects. */
  close(): Promise<void>;
}

/** Requests a token, and stops if the signal is aborted. Errors may have a `retryAfterMs`, of a minute at most. */
export type RequestToken = (options: { readonly signal: AbortSignal }) => Promise<AccessToken>;

/** One request for a token must end within this time. */
const MAX_REQUEST_MS = 30_000;

/**
 * Shares one token between all calls. It is renewed in the background before it expires, with the first call
 * after `renewAheadSeconds` before its expiry, and used as long as it is good, also when its renewal fails.
 * Without calls nothing is requested.
 *
 * @throws TypeError for a wrong option.
 * @example
 * const source = createTokenSource(async ({ signal }) => {
 *   const { access_token, expires_in } = await requestToken(signal);
 *   return { token: access_token, expiresAtEpochSeconds: Date.now() / 1000 + expires_in };
 * });
 */
export function createTokenSource(
  request: RequestToken,
  options: RenewalOptions = {},
): TokenSource {
  if (typeof request !== 'function') {
    throw new TypeError(`createTokenSource: expected a function, received ${typeof request}`);
  }
  return new RenewedToken(request, readRenewalOptions(options));
}

interface Current {
  readonly accessToken: AccessToken;
  readonly obtainedAtMs: number;
  /** From then on it is renewed in the background. */
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

class RenewedToken implements TokenSource {
  readonly #request: RequestToken;
  readonly #settings: RenewalSettings;
  readonly #pace = new Pace();
  readonly #closing = new AbortController();
  #current: Current | undefined;
  #isRefused = false;
  #renewing: Promise<AccessToken> | undefined;
  #failure: unknown;

  constructor(request: RequestToken, settings: RenewalSettings) {
    this.#request = request;
    this.#settings = settings;
  }

  async get({ signal }: { readonly signal?: AbortSignal } = {}): Promise<AccessToken> {
    this.#throwIfEnded(signal);
    const nowMs = this.#settings.clock.nowMs();
    const current = this.#current;
    // A clock that went back makes no token live longer.
    const isOld =
      current === undefined || nowMs >= current.renewAtMs || nowMs < current.obtainedAtMs;
    if (!isOld && !this.#isRefused) return current.accessToken;
    const mayRequest = this.#pace.remainingMs(nowMs, !isOld) <= 0;
    if (mayRequest) this.#renewing ??= this.#renew();
    const isUnexpired = current !== undefined && nowMs < current.expiresAtMs;
    // One server refused it, another may accept it: no call waits for a provider that does not answer.
    const mayWait = this.#isRefused && this.#failure === undefined;
    if (isUnexpired && !mayWait) return current.accessToken;
    if (this.#renewing !== undefined) {
      const renewed = orAborted(this.#renewing, signal);
      if (isUnexpired) {
        return renewed.catch(() => {
          this.#throwIfEnded(signal);
          return current.accessToken;
        });
      }
      return renewed;
    }
    // Too early for another one. The server decides about the old one.
    if (current !== undefined && (isUnexpired || this.#failure === undefined)) {
      return current.accessToken;
    }
    throw this.#unavailable(nowMs);
  }

  invalidate({ token }: AccessToken): void {
    const current = this.#current;
    if (current?.accessToken.token !== token || this.#isRefused) return;
    this.#isRefused = true;
    this.#pace.refused(this.#settings.clock.nowMs() - current.obtainedAtMs);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the token source is closed'));
    await this.#renewing?.catch(() => undefined);
  }

  #throwIfEnded(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
  }

  #renew(): Promise<AccessToken> {
    const renewed = this.#requestOnce().then(
      (accessToken) => this.#accept(accessToken),
      (error: unknown) => this.#fail(error),
    );
    // In the background nobody waits for it.
    renewed.catch(() => undefined);
    return renewed;
  }

  async #requestOnce(): Promise<AccessToken> {
    const ending = new AbortController();
    const end = (): void => ending.abort(this.#closing.signal.reason);
    this.#closing.signal.addEventListener('abort', end, { once: true });
    const cancel = this.#settings.clock.setTimer(MAX_REQUEST_MS, () => {
      ending.abort(new Error(`no token in ${MAX_REQUEST_MS / 1000} s`));
    });
    try {
      const { signal } = ending;
      return checkAccessToken(await orAborted(Promise.resolve(this.#request({ signal })), signal));
    } finally {
      cancel();
      this.#closing.signal.removeEventListener('abort', end);
    }
  }

  #accept(accessToken: AccessToken): AccessToken {
    const { clock, maxAgeMs, renewAheadMs } = this.#settings;
    const nowMs = clock.nowMs();
    const { expiresAtEpochSeconds } = accessToken;
    const expiresAtMs =
      expiresAtEpochSeconds === undefined ? nowMs + maxAgeMs : expiresAtEpochSeconds * 1000;
    const aheadMs = Math.min(renewAheadMs, Math.max(0, expiresAtMs - nowMs) / 3);
    if (!this.#isRefused) this.#pace.accepted();
    // Varied, so that clients that started together do not all renew at once.
    const renewAtMs = expiresAtMs - aheadMs * (0.8 + 0.2 * Math.random());
    this.#current = { accessToken, obtainedAtMs: nowMs, expiresAtMs, renewAtMs };
    this.#isRefused = false;
    this.#failure = undefined;
    this.#renewing = undefined;
    this.#pace.succeeded(nowMs);
    this.#report({ type: 'renewed' });
    return accessToken;
  }

  #fail(error: unknown): never {
    const nowMs = this.#settings.clock.nowMs();
    this.#failure = error;
    this.#renewing = undefined;
    this.#pace.failed(nowMs, (error as { readonly retryAfterMs?: unknown } | null)?.retryAfterMs);
    if (!this.#closing.signal.aborted) this.#report({ type: 'renewal_failed', error });
    throw this.#unavailable(nowMs);
  }

  #unavailable(nowMs: number): TokenUnavailableError {
    const cause = this.#failure;
    const why = cause instanceof Error ? cause.message : 'the request failed without an Error';
    return new TokenUnavailableError(`no access token: ${why}`, {
      retryAfterMs: Math.max(0, this.#pace.remainingMs(nowMs)),
      cause,
    });
  }

  #report(event: Parameters<NonNullable<RenewalOptions['report']>>[0]): void {
    try {
      const returned: unknown = this.#settings.report?.(event);
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch {
      // A report that fails ends no call.
    }
  }
}

/** Settles as the promise does, or rejects with the signal's reason. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
